package rows_test

import (
	"bytes"
	"crypto/sha256"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/proof/rows"
)

// leaf is a row of a proof, version 1.
func leaf(key, value string) string {
	return "\x00\x01" + string(rune(len(key))) + key + string(rune(len(value))) + value
}

func hidden(b byte) string { return "\x01" + string(bytes.Repeat([]byte{b}, sha256.Size)) }

// Nothing proves that an empty store has nothing.
func TestAnEmptyStore(t *testing.T) {
	p, err := rows.Read(nil)
	require.NoError(t, err)
	require.Equal(t, sha256.Sum256(nil), p.Root())
	_, present, err := p.Get([]byte("key"))
	require.NoError(t, err)
	require.False(t, present)
	_, present, err = p.First(nil, nil)
	require.NoError(t, err)
	require.False(t, present)
	require.NoError(t, p.Done())
}

// What is not written in the one way that a proof is written is refused, and says where.
func TestWhatIsNoProof(t *testing.T) {
	inner := func(height, left, right string) string { return "\x02" + height + "\x02\x01" + left + right }
	for raw, words := range map[string]string{
		"\x03":                              "byte 1: there is no node of kind 3",
		"\x00\x01\x03ab":                    "cut short",
		leaf("", "value"):                   "out of order",
		leaf("a", "") + "x":                 "1 bytes stand behind it",
		hidden(1):                           "it shows no row",
		inner("\x01", hidden(1), hidden(2)): "both sides",
		inner("\x01", leaf("b", ""), leaf("a", "")):                               "row 61 stands out of order",
		inner("\x01", leaf("a", ""), leaf("a", "")):                               "row 61 stands out of order",
		inner("\x00", leaf("a", ""), leaf("b", "")):                               "height 0",
		inner("\x01", inner("\x01", leaf("a", ""), leaf("b", "")), leaf("c", "")): "height 1 stands below one of 1",
		inner("\x61", leaf("a", ""), leaf("b", "")):                               "height 97",
		"\x00\x81\x00\x01a\x00":                                                   "shortest form",
		"\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x01a\x00":                   "too large",
		"\x00\x01\xff\xff\xff\x7f":                                                "more than 65536",
		string(bytes.Repeat([]byte{2}, rows.MaxBytes+1)):                          "more than 1048576",
	} {
		_, err := rows.Read([]byte(raw))
		require.ErrorIs(t, err, rows.ErrUnreadable, words)
		require.ErrorContains(t, err, words)
	}
	// The highest tree that there can be is read.
	_, err := rows.Read([]byte(inner("\x60", leaf("a", ""), leaf("b", ""))))
	require.NoError(t, err)
}

// The hash is IAVL's: SHA-256 of height, size, version, then key and the value's hash, or both sides' hashes.
func TestHashes(t *testing.T) {
	p, err := rows.Read([]byte("\x02\x01\x02\x03" + leaf("a", "x") + hidden(7)))
	require.NoError(t, err)
	value := sha256.Sum256([]byte("x"))
	left := sha256.Sum256(append([]byte("\x00\x02\x02\x01a\x20"), value[:]...))
	right := bytes.Repeat([]byte{7}, sha256.Size)
	require.Equal(t, sha256.Sum256(append(append(append([]byte("\x02\x04\x06\x20"), left[:]...), 0x20), right...)), p.Root())
	_, _, err = p.Get([]byte("b"))
	require.ErrorIs(t, err, rows.ErrHidden)
	_, present, err := p.Get([]byte("A"))
	require.NoError(t, err)
	require.False(t, present)
}

// A proof that is cut short anywhere is no proof.
func TestCutShort(t *testing.T) {
	raw := "\x02\x02\x03\x01\x02\x01\x02\xff\x01" + leaf("a", "value") + leaf("b", "") + hidden(3)
	_, err := rows.Read([]byte(raw))
	require.NoError(t, err)
	for n := 1; n < len(raw); n++ {
		_, err := rows.Read([]byte(raw[:n]))
		require.ErrorIs(t, err, rows.ErrUnreadable)
		require.ErrorContains(t, err, "cut short", n)
	}
	large := make([]byte, 0, rows.MaxField+9)
	large = append(append(large, "\x00\x01\x01a\x80\x80\x04"...), make([]byte, rows.MaxField)...)
	_, err = rows.Read(large)
	require.NoError(t, err, "the largest value")
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("\x02\x01\x02\x03" + leaf("a", "x") + hidden(7)))
	f.Add([]byte(leaf("a", "")))
	f.Fuzz(func(t *testing.T, raw []byte) {
		p, err := rows.Read(raw)
		if err != nil {
			require.ErrorIs(t, err, rows.ErrUnreadable)
			return
		}
		_, _, _ = p.Get(raw)
		_, _, _ = p.First(raw[:len(raw)/2], raw)
		_, _, _ = p.Last(raw[:len(raw)/2], raw)
		_ = p.Done()
	})
}
