package types

import (
	"strconv"
	"time"

	"github.com/stemma-chain/stemma/x/registry/text"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const statementDomain = "stemma/statement/v1"

// StatementDigest is what an anchor holds of an output's statement, which its generator may declare
// later: SHA-256 over a domain tag and, each with its length in 4 bytes, big-endian, before it, the
// work's id; agent, model, provider, system name and version, time (RFC 3339, UTC), unique id and the
// prompt's digest of the record; and of each source, in order, id, digest, URI, role and weight
// (decimal, ppm). Ids, digests and roles are written as in JSON; what is not given is empty. By
// which permission sources are relied on is not part of it: that is decided when it is declared.
func StatementDigest(work registrytypes.WorkID, sources []Source, record GenerationRecord) registrytypes.Digest {
	generated := ""
	if record.GeneratedAt != nil {
		generated = record.GeneratedAt.UTC().Format(time.RFC3339Nano)
	}
	fields := []string{
		work.String(), record.Agent.String(), record.Model, record.Provider, record.SystemName, record.SystemVersion,
		generated, record.UniqueId, record.PromptSha256.String(),
	}
	for _, s := range sources {
		external := External{}
		if s.External != nil {
			external = *s.External
		}
		fields = append(fields, s.Work.String(), external.Sha256.String(), external.Uri, s.Role.String(),
			strconv.FormatUint(uint64(s.Weight), 10))
	}
	return text.Digest(statementDomain, fields...)
}
