package jumbf

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"
)

// Append adds a box to dst. Its content is the parts, one after another.
func Append(dst []byte, kind Kind, content ...[]byte) []byte {
	length := uint64(8)
	for _, part := range content {
		length += uint64(len(part))
	}
	if length <= math.MaxUint32 {
		dst = append(binary.BigEndian.AppendUint32(dst, uint32(length)), kind...)
	} else {
		dst = append(binary.BigEndian.AppendUint32(dst, 1), kind...)
		dst = binary.BigEndian.AppendUint64(dst, length+8)
	}
	for _, part := range content {
		dst = append(dst, part...)
	}
	return dst
}

// AppendSuperbox adds a superbox to dst: the description, then boxes that are ready.
func AppendSuperbox(dst []byte, d Description, boxes ...[]byte) []byte {
	described := Append(nil, Describes, d.append(nil))
	return Append(dst, Superbox, append([][]byte{described}, boxes...)...)
}

// AppendFile adds the two boxes of an embedded file to dst: its media type, its name (left out where empty) and its bytes. They belong in a
// superbox with IDFile.
func AppendFile(dst []byte, mediaType, name string, data []byte) []byte {
	head := append(append([]byte{0}, mediaType...), 0)
	if name != "" {
		head[0] = fileNamed
		head = append(append(head, name...), 0)
	}
	return Append(Append(dst, FileType, head), FileContent, data)
}

// AppendUUID adds a uuid box to dst: an id, then data in a form of the id's owner.
func AppendUUID(dst []byte, id ID, data []byte) []byte { return Append(dst, UUID, id[:], data) }

func (d Description) append(dst []byte) []byte {
	toggles := byte(0)
	for bit, set := range map[byte]bool{
		toggleRequestable: d.Requestable, toggleLabel: d.Label != "", toggleNumber: d.Number != nil, toggleHash: d.Hash != nil,
		togglePrivate: d.Salt != nil,
	} {
		if set {
			toggles |= bit
		}
	}
	dst = append(append(dst, d.ID[:]...), toggles)
	if d.Label != "" {
		dst = append(append(dst, d.Label...), 0)
	}
	if d.Number != nil {
		dst = binary.BigEndian.AppendUint32(dst, *d.Number)
	}
	dst = append(dst, d.Hash...)
	if d.Salt != nil {
		dst = Append(dst, Salt, d.Salt)
	}
	return dst
}

// Check says what would keep others from reading a description that is written: labels with signs that are not allowed in them (ISO/IEC
// 19566-5, clause A.3), hashes and salts of other lengths.
func (d Description) Check() error {
	bad := func(r rune) bool {
		return r < 0x20 || r >= 0x7f && r <= 0x9f || strings.ContainsRune(`/;?#`, r) || r >= 0xfdd0 && r <= 0xfdef
	}
	switch {
	case !utf8.ValidString(d.Label) || strings.ContainsFunc(d.Label, bad):
		return fmt.Errorf("%w: the label %q has a sign that labels can't have", ErrMalformed, d.Label)
	case d.Hash != nil && len(d.Hash) != 32:
		return fmt.Errorf("%w: a hash of %d bytes, not 32", ErrMalformed, len(d.Hash))
	case d.Salt != nil && len(d.Salt) != 16 && len(d.Salt) != 32:
		return fmt.Errorf("%w: a salt of %d bytes, not 16 or 32", ErrMalformed, len(d.Salt))
	}
	return nil
}
