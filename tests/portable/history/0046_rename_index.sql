ALTER INDEX products_category RENAME TO products_by_category;
