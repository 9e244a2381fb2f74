package types

import (
	collcodec "cosmossdk.io/collections/codec"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// TermsIDKey encodes a TermsID as its 32 bytes, alone and in composite keys.
var TermsIDKey collcodec.KeyCodec[TermsID] = registrytypes.IDKey[TermsID]{
	Name: "stemma/terms", Length: len(TermsID{}),
	Bytes: func(id TermsID) []byte { return id[:] },
	From:  func(bz []byte) TermsID { return TermsID(bz) },
}

// GrantIDKey encodes a GrantID as its 20 bytes, alone and in composite keys.
var GrantIDKey collcodec.KeyCodec[GrantID] = registrytypes.IDKey[GrantID]{
	Name: "stemma/grant", Length: len(GrantID{}),
	Bytes: func(id GrantID) []byte { return id[:] },
	From:  func(bz []byte) GrantID { return GrantID(bz) },
}
