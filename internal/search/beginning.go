package search

import (
	"context"
	"fmt"
	"strings"
)

const (
	// ready is the length of the beginnings that the index keeps lists of: prefix='3' in its migration.
	ready = 3
	// maxEndings is how many words a beginning may stand for and still be looked for as these words.
	maxEndings = 16
)

// spellOut replaces beginnings by the words of the index that begin so. FTS5 reads all places of all words that begin so
// before it gives the first document, which takes long where every other letter has one of them; the words by themselves it
// reads only as far as documents are asked for. Of several words in a row, as in an address, the last is the beginning. What
// is no plain word, and what stands for too many, remains a beginning.
func (q Query) spellOut(ctx context.Context, r Reader) (Query, error) {
	terms := append([]term(nil), q.terms...)
	for i, t := range terms {
		if !t.prefix || t.asked != "" {
			continue
		}
		list := split(t.words)
		last := list[len(list)-1]
		word := strings.ToLower(t.words[last.from:last.to])
		if len(word) <= ready || strings.ContainsFunc(word, notPlain) {
			continue
		}
		endings, err := wordsFrom(ctx, r, word)
		if err != nil {
			return q, err
		}
		if len(endings) > maxEndings {
			continue
		}
		terms[i].endings = make([]string, len(endings))
		for n, ending := range endings {
			terms[i].endings[n] = t.words[:last.from] + ending // of an address, what stands before it
		}
	}
	q.terms = terms
	return q, nil
}

// notPlain says what the index's tokenizer could write otherwise than the query does.
func notPlain(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') }

// wordsFrom gives the words of the index that begin so, one more than maxEndings at most. It jumps from word to word: the
// table has a row for every place of every word.
func wordsFrom(ctx context.Context, r Reader, beginning string) ([]string, error) {
	rows, err := r.QueryContext(ctx, `WITH RECURSIVE w(word) AS (
		SELECT (SELECT term FROM search_fts_words WHERE term >= ?1 LIMIT 1)
		UNION ALL SELECT (SELECT term FROM search_fts_words WHERE term >= w.word || char(1) LIMIT 1) FROM w WHERE substr(w.word, 1, length(?1)) = ?1)
		SELECT word FROM w WHERE substr(word, 1, length(?1)) = ?1 LIMIT ?2`, beginning, maxEndings+1)
	if err != nil {
		return nil, fmt.Errorf("read words of the index: %w", err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var word string
		if err := rows.Scan(&word); err != nil {
			return nil, fmt.Errorf("read words of the index: %w", err)
		}
		out = append(out, word)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read words of the index: %w", err)
	}
	return out, nil
}
