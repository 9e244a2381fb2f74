package c2pa

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/stemma-chain/stemma/client/c2pa/asset"
)

// dataHash is the assertion c2pa.hash.data (clause 18.5.2).
type dataHash struct {
	Exclusions []exclusion `json:"exclusions"`
	Algorithm  string      `json:"alg"`
	Hash       []byte      `json:"hash"`
}

type exclusion struct {
	Start  int64 `json:"start"`
	Length int64 `json:"length"`
}

func bindingCode(label string) Code {
	switch base(label) {
	case "c2pa.hash.boxes":
		return BoxesHashMalformed
	case "c2pa.hash.bmff":
		return BMFFHashMalformed
	}
	return DataHashMalformed
}

// readBinding reads what a hard binding shows; its own rules are checked with the file.
func (m *manifest) readBinding(label string, c content, gathered bool) error {
	m.parsed.bindings = append(m.parsed.bindings, label)
	m.parsed.gatheredBinding = m.parsed.gatheredBinding || gathered
	var v struct {
		Algorithm string `json:"alg"`
		Hash      []byte `json:"hash"`
	}
	if err := c.decode(&v); err != nil {
		return err
	}
	if v.Algorithm == "" {
		v.Algorithm = m.claim.algorithm
	}
	m.Binding = nil
	if len(m.parsed.bindings) == 1 {
		m.Binding = &Binding{Label: label, Algorithm: v.Algorithm, Hash: v.Hash}
	}
	return nil
}

// binding checks the file: by the active manifest's hard binding, or where that is an update by that of the first standard manifest on the way
// of its parents (clause 15.12).
func (k *check) binding(active *manifest) {
	bound := active
	for steps := 0; bound != nil && bound.Update && steps < MaxDepth; steps++ {
		bound = k.store.parent(bound)
	}
	if bound == nil || bound.Update {
		k.add(HardBindingsMissing, active, place{active.Label, ""}, "none of the manifests that were updated has a hash of the file")
		return
	}
	if bound.problem != "" || bound.Binding == nil {
		return // said already
	}
	at := place{bound.Label, assertionsLabel + "/" + bound.Binding.Label}
	if k.file == nil {
		k.add(NotChecked, active, at, "no file was given, so whether the credentials are a file's wasn't checked")
		return
	}
	c := bound.contents[bound.Binding.Label]
	// A file that isn't the one signed is the active manifest's fault, whichever manifest holds the hash.
	switch base(bound.Binding.Label) {
	case "c2pa.hash.data":
		k.dataHash(active, bound, c, at)
	case "c2pa.hash.boxes":
		k.boxesHash(active, bound, c, at)
	case "c2pa.hash.bmff":
		k.bmffHash(active, bound, c, at)
	default:
		k.add(GeneralError, active, at, fmt.Sprintf("the hash %s isn't read", bound.Binding.Label))
	}
}

// dataHash checks a hash over all bytes but some (clause 15.12.1).
func (k *check) dataHash(active, bound *manifest, c content, at place) {
	var v dataHash
	if err := c.decode(&v); err != nil {
		return // said already
	}
	end := int64(0)
	var out []asset.Range
	for _, one := range v.Exclusions {
		if one.Start < end || one.Length < 0 || one.Start+one.Length < one.Start {
			k.add(DataHashMalformed, active, at, "what the hash leaves out isn't in order")
			return
		}
		end = one.Start + one.Length
		out = append(out, asset.Range{Start: one.Start, Length: one.Length})
	}
	if active.Update {
		out = k.afterUpdate(out)
	}
	if reason := k.excess(out); reason != "" {
		k.add(DataHashMismatch, active, at, reason)
		return
	}
	sum, err := k.file.HashData(bound.Binding.Algorithm, out)
	switch {
	case errors.Is(err, asset.ErrAlgorithm):
		k.add(AlgorithmUnsupported, active, at, err.Error())
	case err != nil:
		k.add(DataHashMismatch, active, at, "the file can't be hashed: "+err.Error())
	case !bytes.Equal(sum, v.Hash):
		k.add(DataHashMismatch, active, at, "the file was changed after signing")
	default:
		if len(out) > 1 {
			k.add(AdditionalExclusions, active, at, "the hash leaves out metadata beside the credentials")
		}
		k.add(DataHashMatch, active, at, "")
	}
}

// afterUpdate moves what is left out to where it is now that an update has made the store longer.
func (k *check) afterUpdate(out []asset.Range) []asset.Range {
	stored := k.file.StoreRanges()
	if len(stored) != 1 {
		return out
	}
	i := slices.IndexFunc(out, func(r asset.Range) bool { return r.Start == stored[0].Start })
	if i < 0 {
		return out
	}
	grown := stored[0].Length - out[i].Length
	out[i] = stored[0]
	for j := i + 1; j < len(out); j++ {
		out[j].Start += grown
	}
	return out
}

// metadata is what a file may say beside File: where it keeps metadata that a hash may leave out (clause 9.2.5).
type metadata interface{ MetadataRanges() []asset.Range }

// excess says what the hash leaves out that it must not: anything but the store and metadata. What it leaves out can be changed at will, so a
// range that is larger than the store by its padding is refused too, as the makers' library does.
func (k *check) excess(out []asset.Range) string {
	allowed := k.file.StoreRanges()
	extra := []asset.Range{}
	for _, one := range out {
		if one.Length > 0 && !slices.Contains(allowed, one) {
			extra = append(extra, one)
		}
	}
	var meta []asset.Range
	if f, found := k.file.(metadata); found {
		meta = f.MetadataRanges()
	}
	for _, one := range extra {
		within := slices.ContainsFunc(meta, func(r asset.Range) bool {
			return one.Start >= r.Start && one.Start+one.Length <= r.Start+r.Length
		})
		if !within {
			return fmt.Sprintf("the hash leaves out %d bytes at %d that are neither the credentials nor metadata", one.Length, one.Start)
		}
	}
	return ""
}

// boxesHash checks hashes over the boxes of a file (clause 15.12.3).
func (k *check) boxesHash(active, bound *manifest, c content, at place) {
	var v struct {
		Boxes []asset.BoxHash `json:"boxes"`
	}
	if err := c.decode(&v); err != nil {
		k.add(BoxesHashMalformed, active, at, "the hash of boxes can't be read: "+err.Error())
		return
	}
	err := k.file.HashBoxes(bound.Binding.Algorithm, v.Boxes)
	k.hashed(err, active, at, hashCodes{BoxesHashMatch, BoxesHashMalformed, BoxesHashMismatch})
}

// bmffHash checks hashes over a file of BMFF (clause 15.12.2).
func (k *check) bmffHash(active, bound *manifest, c content, at place) {
	var v asset.BMFFHash
	if err := c.decode(&v); err != nil {
		k.add(BMFFHashMalformed, active, at, "the hash of boxes can't be read: "+err.Error())
		return
	}
	v.Version = 1
	label, _, _ := strings.Cut(bound.Binding.Label, "__")
	for version, suffix := range map[int]string{2: ".v2", 3: ".v3"} {
		if strings.HasSuffix(label, suffix) {
			v.Version = version
		}
	}
	if len(v.Exclusions) == 0 {
		k.add(BMFFHashMalformed, active, at, "the hash leaves out nothing, not even the credentials")
		return
	}
	extra := false
	for _, one := range v.Exclusions {
		path := rootPath(one.XPath)
		if slices.Contains(vital, path) && !(path == "/mdat" && len(v.Merkle) > 0) {
			k.add(BMFFHashMismatch, active, at, fmt.Sprintf("the hash leaves out %s, which is what people see or hear", one.XPath))
			return
		}
		extra = extra || !slices.Contains(customary, path)
	}
	err := k.file.HashBMFF(bound.Binding.Algorithm, v)
	if err == nil && extra {
		k.add(AdditionalBMFFExclusions, active, at, "the hash leaves out more boxes than it must")
	}
	k.hashed(err, active, at, hashCodes{BMFFHashMatch, BMFFHashMalformed, BMFFHashMismatch})
}

// Boxes that are always left out of a hash (clause A.5.6), and boxes that must never be: their content is the file's. Of mdat the rest is
// hashed by Merkle trees, where there are some.
var (
	customary = []string{"/uuid", "/ftyp", "/mfra", "/free", "/skip", "/mdat"}
	vital     = []string{
		"/mdat", "/moov", "/moof", "/meta", "/idat", "/meta/idat", "/meta/iprp", "/meta/iinf", "/moov/trak", "/moov/trak/mdia",
		"/moov/trak/mdia/minf", "/moov/trak/mdia/minf/stbl", "/moof/traf",
	}
)

// rootPath is a box's path without the numbers that choose among several.
func rootPath(xpath string) string {
	var path strings.Builder
	for node := range strings.SplitSeq(strings.TrimPrefix(xpath, "/"), "/") {
		name, _, _ := strings.Cut(node, "[")
		path.WriteString("/" + name)
	}
	return path.String()
}

type hashCodes struct{ match, malformed, mismatch Code }

// hashed records what comparing a file with a hash came to.
func (k *check) hashed(err error, active *manifest, at place, codes hashCodes) {
	switch {
	case err == nil:
		k.add(codes.match, active, at, "")
	case errors.Is(err, asset.ErrAlgorithm):
		k.add(AlgorithmUnsupported, active, at, err.Error())
	case errors.Is(err, asset.ErrUnknownBox):
		k.add(BoxesHashUnknown, active, at, "the file has a part that the hash doesn't list: "+err.Error())
	case errors.Is(err, asset.ErrMalformed), errors.Is(err, asset.ErrRange):
		k.add(codes.malformed, active, at, "the hash breaks its rules: "+err.Error())
	case errors.Is(err, asset.ErrMismatch):
		k.add(codes.mismatch, active, at, "the file was changed after signing: "+err.Error())
	default:
		k.add(codes.mismatch, active, at, "the file can't be compared with its hash: "+err.Error())
	}
}
