package enroll

import registrytypes "github.com/stemma-chain/stemma/x/registry/types"

// maxPathHashes bounds the hashes of all proofs in one message, so that it fits
// in a transaction also when a very large folder was anchored.
const maxPathHashes = 4096

// Messages builds the registering messages for what is not registered yet, each
// of at most 256 works.
func Messages(registrant string, items []Item, allowContested bool) []*registrytypes.MsgRegister {
	var msgs []*registrytypes.MsgRegister
	hashes := 0
	for _, item := range items {
		if item.Already {
			continue
		}
		entry := item.Entry()
		path := 0
		if entry.AnchorProof != nil {
			path = len(entry.AnchorProof.Path)
		}
		last := len(msgs) - 1
		if last < 0 || len(msgs[last].Works) == registrytypes.MaxWorksPerMessage || hashes+path > maxPathHashes {
			msgs = append(msgs, &registrytypes.MsgRegister{Registrant: registrant, AllowContested: allowContested})
			last++
			hashes = 0
		}
		hashes += path
		msgs[last].Works = append(msgs[last].Works, entry)
	}
	return msgs
}
