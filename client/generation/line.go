// Package generation declares what AI systems make, at volume: manifests of outputs with what each was made
// from, statements that one anchor dates for any number of them, and the proof of one.
package generation

import (
	"errors"
	"fmt"
	"strings"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/digest"
	"github.com/stemma-chain/stemma/internal/onereading"
	"github.com/stemma-chain/stemma/internal/rates"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	"github.com/stemma-chain/stemma/x/registry/text"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// example of a line.
const example = `{"output":"out.png","sources":[{"work":"work1...","weight":60}],"model":"painter"}`

// Line is a line of a manifest: one output, and what is said of it.
type Line struct {
	// Output is a file, in the manifest's folder; File is the same.
	Output string `json:"output,omitempty"`
	File   string `json:"file,omitempty"`
	// SHA256 is the output's, in any form that package digest reads. Where it is given a batch reads no file.
	SHA256  string   `json:"sha256,omitempty"`
	Sources []Source `json:"sources,omitempty"`
	Said
	Details
}

// Said is what a generation record says, as texts. The agent is not part of it: that is who signs.
type Said struct {
	Model         string `json:"model,omitempty"`
	Provider      string `json:"provider,omitempty"`
	System        string `json:"system,omitempty"`
	SystemVersion string `json:"system_version,omitempty"`
	// OutputID is the generator's own.
	OutputID string `json:"output_id,omitempty"`
	// GeneratedAt is a time in RFC 3339.
	GeneratedAt  string `json:"generated_at,omitempty"`
	PromptSHA256 string `json:"prompt_sha256,omitempty"`
}

// Details are for the work's registration, where it is not registered yet, and for what is relied on. No statement
// has them. Absent ones are as for a single output.
type Details struct {
	Title       string   `json:"title,omitempty"`
	Kind        string   `json:"kind,omitempty"`
	MediaType   string   `json:"media_type,omitempty"`
	Creator     []string `json:"creator,omitempty"`
	SourceType  string   `json:"source_type,omitempty"`
	URI         string   `json:"uri,omitempty"`
	URISHA256   string   `json:"uri_sha256,omitempty"`
	Fingerprint []string `json:"fingerprint,omitempty"`
	Under       []string `json:"under,omitempty"`
	MaxRate     string   `json:"max_rate,omitempty"`
	Commercial  bool     `json:"commercial,omitempty"`
}

// Source is what an output was made from: exactly one of Work, URI and SHA256 is given.
type Source struct {
	// Work is the id of a registered work. Where it is declared, not anchored, a file or SHA-256 that
	// somebody has registered will do too.
	Work string `json:"work,omitempty"`
	// URI and SHA256 name something that is not registered.
	URI    string `json:"uri,omitempty"`
	SHA256 string `json:"sha256,omitempty"`
	// Weight is its part in the output; 0: not stated.
	Weight Weight `json:"weight,omitempty"`
	// Role is a role's name; empty: inputTo.
	Role string `json:"role,omitempty"`
	// Permission is what is relied on, where it is declared; empty: what is found.
	Permission string `json:"permission,omitempty"`
}

// Weight is a part in ppm, which JSON has as a number of percent, such as 12.5.
type Weight uint32

// ParseWeight reads percent, with or without its sign.
func ParseWeight(s string) (Weight, error) {
	ppm, err := rates.Parse(strings.TrimSuffix(strings.TrimSpace(s), "%") + "%")
	if err != nil {
		return 0, fmt.Errorf("weight %q: write percent up to 100, with at most 4 decimals, such as 60 or 12.5", s)
	}
	return Weight(ppm), nil
}

// String writes percent without its sign.
func (w Weight) String() string { return strings.TrimSuffix(rates.Percent(uint32(w)), " %") }

// MarshalJSON writes percent, as a number.
func (w Weight) MarshalJSON() ([]byte, error) { return []byte(w.String()), nil }

// UnmarshalJSON reads percent, as a number or a text.
func (w *Weight) UnmarshalJSON(bz []byte) (err error) {
	*w, err = ParseWeight(strings.Trim(string(bz), `"`))
	return err
}

// ParseLine reads a line. It fails for fields that are not known, which may be misspelt, and for those that stand twice.
func ParseLine(raw []byte) (Line, error) {
	var l Line
	switch err := onereading.JSON(raw, &l); {
	case errors.Is(err, onereading.ErrMore):
		return l, errors.New("more follows the object: each has a line of its own")
	case err != nil:
		return l, fmt.Errorf("%w; a line is an object such as %s", err, example)
	}
	if l.Output == "" {
		l.Output = l.File
	}
	switch {
	case l.File != "" && l.Output != l.File:
		return l, errors.New("output and file are the same: give one")
	case l.Output == "" && l.SHA256 == "":
		return l, errors.New("names no output: give output (a file), sha256, or both")
	case l.Model == "":
		return l, errors.New("has no model: give its work id or its public name")
	}
	for i, s := range l.Sources {
		if err := s.check(); err != nil {
			return l, fmt.Errorf("source %d: %w", i, err)
		}
	}
	return l, nil
}

func (s Source) check() error {
	named := 0
	for _, name := range []string{s.Work, s.URI, s.SHA256} {
		if name != "" {
			named++
		}
	}
	if named != 1 {
		return errors.New("give one of work, uri and sha256")
	}
	if s.Permission != "" && s.Work == "" {
		return errors.New("what is not registered takes no permission")
	}
	if s.SHA256 != "" {
		if _, err := digest.Parse(s.SHA256); err != nil {
			return err
		}
	}
	return text.CheckURI("uri", s.URI, lineagetypes.MaxURILength)
}

// Record is the generation record of what is said, by an agent; zero: by none. It fails as the chain would.
func (s Said) Record(agent agenttypes.AgentID) (*lineagetypes.GenerationRecord, error) {
	record := &lineagetypes.GenerationRecord{
		Agent: agent, Model: text.Compose(s.Model), Provider: text.Compose(s.Provider), SystemName: text.Compose(s.System),
		SystemVersion: text.Compose(s.SystemVersion), UniqueId: text.Compose(s.OutputID),
	}
	if s.PromptSHA256 != "" {
		prompt, err := digest.Parse(s.PromptSHA256)
		if err != nil {
			return nil, fmt.Errorf("SHA-256 of the prompt: %w", err)
		}
		record.PromptSha256 = prompt
	}
	if s.GeneratedAt != "" {
		at, err := time.Parse(time.RFC3339, s.GeneratedAt)
		if err != nil {
			return nil, fmt.Errorf("time %q of generation is not in RFC 3339, such as 2027-01-31T12:00:00Z", s.GeneratedAt)
		}
		at = at.UTC()
		record.GeneratedAt = &at
	}
	return record, record.Validate()
}

// Statement is what is declared of an output, but for the permissions that are relied on.
type Statement struct {
	Work    registrytypes.WorkID
	Sources []lineagetypes.Source
	Record  lineagetypes.GenerationRecord
}

// Digest is what an anchor holds of it.
func (s Statement) Digest() registrytypes.Digest {
	return lineagetypes.StatementDigest(s.Work, s.Sources, s.Record)
}

// StatementOf makes the statement about a work, whose sources are named by ids. Registered sources stand before
// others, as a declaration has them. It fails for what no declaration may have.
func StatementOf(
	owner sdk.AccAddress, work registrytypes.WorkID, agent agenttypes.AgentID, said Said, sources []Source,
) (Statement, error) {
	record, err := said.Record(agent)
	if err != nil {
		return Statement{}, err
	}
	s := Statement{Work: work, Record: *record}
	var externals []lineagetypes.Source
	for i, source := range sources {
		declared, err := source.declared()
		switch {
		case err != nil:
			return s, fmt.Errorf("source %d: %w", i, err)
		case declared.External != nil:
			externals = append(externals, declared)
		default:
			s.Sources = append(s.Sources, declared)
		}
	}
	s.Sources = append(s.Sources, externals...)
	msg := &lineagetypes.MsgDerive{Owner: owner.String(), Work: work, Sources: s.Sources, Record: record}
	_, err = msg.Declaration()
	return s, err
}

func (s Source) declared() (lineagetypes.Source, error) {
	source := lineagetypes.Source{Role: lineagetypes.ROLE_INPUT_TO, Weight: uint32(s.Weight)}
	var err error
	if s.Role != "" {
		if source.Role, err = lineagetypes.ParseRole(s.Role); err != nil {
			return source, err
		}
	}
	switch {
	case s.Work != "":
		if source.Work, err = registrytypes.ParseWorkID(s.Work); err != nil {
			return source, fmt.Errorf("%w: what is anchored names its sources by their ids", err)
		}
	case s.URI != "":
		source.External = &lineagetypes.External{Uri: s.URI}
	default:
		source.External = &lineagetypes.External{}
		source.External.Sha256, err = digest.Parse(s.SHA256)
	}
	return source, err
}

// written is a source of a statement as a manifest has it.
func written(s lineagetypes.Source) Source {
	source := Source{Role: s.Role.Name(), Weight: Weight(s.Weight)}
	if e := s.External; e != nil {
		source.URI, source.SHA256 = e.Uri, e.Sha256.String()
	} else {
		source.Work = s.Work.String()
	}
	return source
}

// said is a record as a manifest has it.
func said(r lineagetypes.GenerationRecord) Said {
	s := Said{
		Model: r.Model, Provider: r.Provider, System: r.SystemName, SystemVersion: r.SystemVersion, OutputID: r.UniqueId,
		PromptSHA256: r.PromptSha256.String(),
	}
	if r.GeneratedAt != nil {
		s.GeneratedAt = r.GeneratedAt.UTC().Format(time.RFC3339Nano)
	}
	return s
}
