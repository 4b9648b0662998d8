// SPDX-License-Identifier: MIT
// Prisma over pg, by the WebAssembly in its package: the programs that it would fetch are on a host that
// not everybody reaches. The adapter does not know PostgreSQL's type "name" (19); it is text (25).
import { fileURLToPath } from 'node:url'
import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'

class Pool extends pg.Pool {
  async query(...query) {
    const result = await super.query(...query)
    for (const field of result?.fields ?? []) if (field.dataTypeID === 19) field.dataTypeID = 25
    return result
  }
}

export default {
  experimental: { adapter: true },
  schema: fileURLToPath(new URL('schema.prisma', import.meta.url)),
  migrations: { path: process.env.PRISMA_MIGRATIONS },
  engine: 'js',
  adapter: async () => new PrismaPg(new Pool({ connectionString: process.env.DATABASE_URL })),
}
