package c2pa_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/c2pa"
	"github.com/stemma-chain/stemma/client/c2pa/asset"
)

// said is what testutil/c2pa/check.js writes of a file: what the library of the specification's makers finds.
type said struct {
	File          string     `json:"file"`
	Error         string     `json:"error"`
	State         string     `json:"state"`
	Active        string     `json:"active"`
	Manifests     []string   `json:"manifests"`
	Success       []string   `json:"success"`
	Informational []string   `json:"informational"`
	Failure       []string   `json:"failure"`
	Ingredients   [][]string `json:"ingredients"`
}

// read checks a file of a folder; state None means that it has no store.
func read(t *testing.T, path string, o c2pa.Options) (c2pa.Report, error) {
	t.Helper()
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	file, err := asset.Open(bytes.NewReader(raw), int64(len(raw)), path)
	require.NoError(t, err)
	store, err := file.Store()
	if err != nil {
		return c2pa.Report{State: "None"}, err
	}
	return c2pa.Check(store, file, o)
}

// TestAgreesWithTheMakersLibrary reads the files of the folder that C2PA_FILES names as the lines of the file C2PA_SAID say that the
// makers' library reads them. testutil/c2pa/run.sh writes those.
func TestAgreesWithTheMakersLibrary(t *testing.T) {
	folder, lines := os.Getenv("C2PA_FILES"), os.Getenv("C2PA_SAID")
	if folder == "" || lines == "" {
		t.Skip("set C2PA_FILES and C2PA_SAID, or run testutil/c2pa/run.sh")
	}
	raw, err := os.ReadFile(lines)
	require.NoError(t, err)
	options := c2pa.Options{}
	if anchors := os.Getenv("C2PA_ANCHORS"); anchors != "" {
		list, err := os.ReadFile(anchors)
		require.NoError(t, err)
		certificates, err := c2pa.ReadAnchors(list)
		require.NoError(t, err)
		options.Trust = &c2pa.Trust{Signers: certificates}
	}
	checked := 0
	scanner := bufio.NewScanner(bytes.NewReader(raw))
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		var theirs said
		require.NoError(t, json.Unmarshal(scanner.Bytes(), &theirs))
		checked++
		t.Run(theirs.File, func(t *testing.T) { agree(t, filepath.Join(folder, theirs.File), theirs, options) })
	}
	require.Positive(t, checked)
	t.Logf("%d files", checked)
}

// Codes on which the two differ, with the reason beside them.
var (
	// Ours are exact on time stamps: trusted is said where the trust list says so, not of every authority in old claims.
	// Theirs reads answers on revocation for signers that it trusts only.
	ourWay = []string{"timeStamp.trusted", "timeStamp.untrusted", "signingCredential.ocsp.skipped", "signingCredential.ocsp.notRevoked"}
	// Identity assertions aren't checked here.
	unchecked = []string{"cawg.", "assertion.required.missing"}
)

func agree(t *testing.T, path string, theirs said, options c2pa.Options) {
	ours, err := read(t, path, options)
	if theirs.State == "" {
		t.Logf("theirs fails: %s; ours: %s %v", theirs.Error, ours.State, err)
		require.NotContains(t, []c2pa.State{c2pa.Valid, c2pa.Trusted}, ours.State)
		return
	}
	if theirs.State == "None" {
		require.ErrorIs(t, err, asset.ErrNoStore)
		return
	}
	if errors.Is(err, asset.ErrNoStore) || errors.Is(err, asset.ErrUnsupported) {
		t.Fatalf("theirs finds a store, ours says %s", err)
	}
	require.NoError(t, err)
	if slices.ContainsFunc(theirs.Failure, isUnchecked) {
		t.Skip("an identity assertion fails, which isn't checked here")
	}
	require.Equal(t, theirs.State, string(ours.State), "%+v", ours.Failures())
	require.Equal(t, theirs.Active, ours.Active)
	var labels []string
	for _, m := range ours.Manifests {
		labels = append(labels, m.Label)
	}
	require.ElementsMatch(t, theirs.Manifests, labels)
	require.Equal(t, kept(theirs.Failure), kept(codes(ours, c2pa.Failure)))
	if ours.Has(c2pa.DataHashMismatch, ours.Active) {
		// Theirs says both where the hash is right and leaves out what it must not.
		theirs.Success = slices.DeleteFunc(theirs.Success, func(code string) bool { return code == string(c2pa.DataHashMatch) })
	}
	require.Equal(t, kept(theirs.Success), kept(codes(ours, c2pa.Success)))
	if strings.HasPrefix(filepath.Ext(path), ".tif") {
		// Theirs takes the two places of a TIFF's store for one and another.
		theirs.Informational = slices.DeleteFunc(theirs.Informational, func(code string) bool {
			return code == string(c2pa.AdditionalExclusions)
		})
	}
	require.Equal(t, kept(theirs.Informational), kept(codes(ours, c2pa.Informational)))
	var below []string
	for _, one := range ours.Failures() {
		if one.Manifest != ours.Active || strings.HasPrefix(string(one.Code), "ingredient.") {
			below = append(below, string(one.Code))
		}
	}
	// Theirs checks a manifest as often as it is referred to, ours once.
	require.Equal(t, slices.Compact(slices.Sorted(slices.Values(slices.Concat(theirs.Ingredients...)))),
		slices.Compact(slices.Sorted(slices.Values(below))))
}

// codes are those of the active manifest, without those on ingredients.
func codes(r c2pa.Report, kind c2pa.Kind) []string {
	var all []string
	for _, one := range r.Statuses {
		if one.Kind == kind && one.Manifest == r.Active && !strings.HasPrefix(string(one.Code), "ingredient.") {
			all = append(all, string(one.Code))
		}
	}
	return all
}

func kept(codes []string) []string {
	all := []string{}
	for _, code := range codes {
		if !slices.Contains(ourWay, code) && !isUnchecked(code) && !strings.HasPrefix(code, "ingredient.") {
			all = append(all, code)
		}
	}
	slices.Sort(all)
	return all
}

func isUnchecked(code string) bool {
	return slices.ContainsFunc(unchecked, func(prefix string) bool { return strings.HasPrefix(code, prefix) })
}
