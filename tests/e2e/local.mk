# End-to-end tests: every tests/e2e/*.bats is run by `make e2e`; nothing to list.
