package docs_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	cosmos_proto "github.com/cosmos/cosmos-proto"
	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"
	protov2 "google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	_ "github.com/stemma-chain/stemma/x/license/types"
	_ "github.com/stemma-chain/stemma/x/lineage/types"
)

// described are the modules whose definitions these tests hold to their rules.
// Those of x/registry and x/royalty join with the types of their ids.
var described = []string{"registry", "royalty", "license", "lineage"}

var (
	declaration = regexp.MustCompile(`^(message \w+ \{|  (repeated )?[\w.]+ \w+ = \d+)`)
	comment     = regexp.MustCompile(`^ *// `)
)

// TestDefinitionsAreDescribed: clients in other languages read nothing else.
func TestDefinitionsAreDescribed(t *testing.T) {
	declared := 0
	for _, module := range described {
		files, err := filepath.Glob("../proto/stemma/" + module + "/v1/*.proto")
		require.NoError(t, err)
		for _, file := range files {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			lines := strings.Split(string(text), "\n")
			for i, line := range lines {
				if i == 0 || !declaration.MatchString(line) {
					continue
				}
				declared++
				require.Regexp(t, comment, lines[i-1], "%s:%d has no comment: %s", file, i+1, line)
			}
		}
	}
	require.Greater(t, declared, 300)
}

// scalars are the forms of text that a field of that name has.
var scalars = map[string][]string{
	"stemma.WorkID":        {"work", "works", "derivative", "source", "ancestor", "other", "used_by"},
	"stemma.TermsID":       {"terms", "ancestor_terms"},
	"stemma.GrantID":       {"grant"},
	"stemma.Digest":        {"sha256", "uri_sha256", "prompt_sha256"},
	"cosmos.AddressString": {"owner", "author", "licensee", "licensees", "recipient", "approver", "from", "to", "agent", "authority"},
}

// loose are fields that take more than one form: an id or a digest, an id or the
// name of a preset.
var loose = []protoreflect.FullName{
	"stemma.license.v1.QueryCheckRightsRequest.work",
	"stemma.license.v1.QueryCheckRightsBatchRequest.works",
	"stemma.license.v1.QueryTermsRequest.terms",
}

// TestIDsAndAddressesSayWhatTheyAre by cosmos_proto.scalar, which tools show.
func TestIDsAndAddressesSayWhatTheyAre(t *testing.T) {
	want := make(map[protoreflect.Name]string)
	for scalar, names := range scalars {
		for _, name := range names {
			want[protoreflect.Name(name)] = scalar
		}
	}
	checked := 0
	check := func(f protoreflect.FieldDescriptor) {
		scalar, named := want[f.Name()]
		if f.Kind() != protoreflect.StringKind || !named || slices.Contains(loose, f.FullName()) {
			return
		}
		checked++
		require.Equal(t, scalar, protov2.GetExtension(f.Options(), cosmos_proto.E_Scalar), f.FullName())
	}
	files, err := proto.MergedRegistry()
	require.NoError(t, err)
	files.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		for _, module := range described {
			if file.Package() != protoreflect.FullName("stemma."+module+".v1") {
				continue
			}
			for i := range file.Messages().Len() {
				fields := file.Messages().Get(i).Fields()
				for n := range fields.Len() {
					check(fields.Get(n))
				}
			}
		}
		return true
	})
	require.Greater(t, checked, 80)
}
