package index

import (
	"context"
	"fmt"
	"sync"
)

// remembered is the most ids whose numbers are kept in memory, about 30 MB.
const remembered = 200_000

// numbers remembers numbers of ids that are in the database. The writer alone uses it.
type numbers struct{ ids map[string]uint64 }

func (n *numbers) add(ids map[string]uint64) {
	if n.ids == nil || len(n.ids)+len(ids) > remembered {
		n.ids = make(map[string]uint64)
	}
	for text, number := range ids {
		n.ids[text] = number
	}
}

// wordList is the words of the database, all of them: there are some hundreds.
type wordList struct {
	mu      sync.RWMutex
	numbers map[string]uint64
	texts   map[uint64]string
}

func (w *wordList) add(words map[string]uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.numbers == nil {
		w.numbers, w.texts = make(map[string]uint64), make(map[uint64]string)
	}
	for text, number := range words {
		w.numbers[text], w.texts[number] = number, text
	}
}

func (w *wordList) number(text string) (uint64, bool) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	number, ok := w.numbers[text]
	return number, ok
}

func (w *wordList) text(number uint64) (string, bool) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	text, ok := w.texts[number]
	return text, ok
}

// forget drops what is remembered of the database.
func (x *Index) forget() {
	x.numbers = numbers{}
	x.codes.become(nil)
	x.words.mu.Lock()
	defer x.words.mu.Unlock()
	x.words.numbers, x.words.texts = nil, nil
}

// ID numbers an id. It is a method of pack.Numbers.
func (b *batch) ID(text string) (uint64, bool, error) {
	if number, ok := b.ids[text]; ok {
		return number, true, nil
	}
	if number, ok := b.x.numbers.ids[text]; ok {
		return number, true, nil
	}
	s, ok := readSubject(text)
	if !ok {
		return 0, false, nil
	}
	var number uint64
	found, err := b.one([]any{&number}, `SELECT id FROM subjects WHERE key = ?`, []byte(s.key))
	if err != nil {
		return 0, false, err
	}
	if !found {
		b.subjects++
		number = uint64(b.subjects)
		b.newSubjects.add(b.subjects, []byte(s.key))
		if s.key[0] == kindAccount {
			b.Accounts++
		}
	}
	b.ids[text] = number
	return number, true, nil
}

// Word numbers a word. It is a method of pack.Numbers.
func (b *batch) Word(text string) (uint64, error) {
	if number, ok := b.words[text]; ok {
		return number, nil
	}
	if number, ok := b.x.words.number(text); ok {
		return number, nil
	}
	var number uint64
	found, err := b.one([]any{&number}, `SELECT id FROM words WHERE word = ?`, []byte(text))
	if err != nil {
		return 0, err
	}
	if !found {
		b.state.words++
		number = uint64(b.state.words)
		b.newWords.add(b.state.words, []byte(text))
	}
	b.words[text] = number
	return number, nil
}

// word reads a word by its number.
func (x *Index) word(ctx context.Context, number uint64) (string, error) {
	if text, ok := x.words.text(number); ok {
		return text, nil
	}
	var text []byte
	if err := x.db.read.QueryRowContext(ctx, x.db.bind(`SELECT word FROM words WHERE id = ?`), number).Scan(&text); err != nil {
		return "", fmt.Errorf("word %d of the index: %w", number, err)
	}
	x.words.add(map[string]uint64{string(text): number})
	return string(text), nil
}
