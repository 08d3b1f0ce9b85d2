-- The words of the full-text index (sqlite.org/fts5.html, section 5), so that a beginning can be looked for as the words
-- that it stands for: internal/search/beginning.go. It holds nothing of its own.
CREATE VIRTUAL TABLE search_fts_words USING fts5vocab(search_fts, instance);
