package docs_test

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	cosmos_proto "github.com/cosmos/cosmos-proto"
	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"
	protov2 "google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	_ "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// described are the modules whose definitions these tests hold to their rules.
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
var scalars = scalarNames{
	"stemma.AgentID":       {"agent"},
	"stemma.WorkID":        {"work", "works", "derivative", "source", "ancestor", "other", "used_by"},
	"stemma.TermsID":       {"terms", "ancestor_terms"},
	"stemma.GrantID":       {"grant"},
	"stemma.Digest":        {"sha256", "uri_sha256", "prompt_sha256"},
	"cosmos.AddressString": {"owner", "author", "licensee", "licensees", "recipient", "approver", "from", "to", "controller", "authority"},
}

type scalarNames map[string][]string

// of is the scalar of a field of that name; empty: the name does not tell.
func (s scalarNames) of(name protoreflect.Name) string {
	for scalar, names := range s {
		if slices.Contains(names, string(name)) {
			return scalar
		}
	}
	return ""
}

// loose are fields that take more than one form: an id or a digest, an id or the
// name of a preset.
var loose = []protoreflect.FullName{
	"stemma.license.v1.QueryCheckRightsRequest.work",
	"stemma.license.v1.QueryCheckRightsBatchRequest.works",
	"stemma.license.v1.QueryTermsRequest.terms",
	"stemma.agent.v1.Limit.terms", // ids of a module above
}

// TestIDsAndAddressesSayWhatTheyAre by cosmos_proto.scalar, which tools show.
func TestIDsAndAddressesSayWhatTheyAre(t *testing.T) {
	checked := 0
	eachField(t, func(_ protoreflect.MessageDescriptor, f protoreflect.FieldDescriptor) {
		scalar := scalars.of(f.Name())
		if f.Kind() != protoreflect.StringKind || scalar == "" || slices.Contains(loose, f.FullName()) {
			return
		}
		checked++
		require.Equal(t, scalar, scalarOf(f), f.FullName())
	})
	require.Greater(t, checked, 80)
}

// idTypes are those of our scalars in Go, by gogoproto.customtype.
var idTypes = map[string]reflect.Type{
	"stemma.AgentID":          reflect.TypeFor[agenttypes.AgentID](),
	"stemma.AttestationID":    reflect.TypeFor[agenttypes.AttestationID](),
	"stemma.WorkID":           reflect.TypeFor[registrytypes.WorkID](),
	"stemma.Digest":           reflect.TypeFor[registrytypes.Digest](),
	"stemma.Salt":             reflect.TypeFor[registrytypes.Salt](),
	"stemma.PaymentChannelID": reflect.TypeFor[royaltytypes.PaymentChannelID](),
	"stemma.TermsID":          reflect.TypeFor[licensetypes.TermsID](),
	"stemma.GrantID":          reflect.TypeFor[licensetypes.GrantID](),
}

// plain are fields that stay text in Go. A type of its own is encoded even when it
// is empty, and the id of terms is the hash of their encoding.
var plain = []protoreflect.FullName{
	"stemma.license.terms.v1.Terms.uri_sha256",
	"stemma.license.terms.v1.Terms.blanked_sha256",
}

// TestIDsAreTypes: an id is read once, with the message that carries it, and one
// that a row holds as bytes is never cast.
func TestIDsAreTypes(t *testing.T) {
	typed, rows := 0, 0
	eachField(t, func(m protoreflect.MessageDescriptor, f protoreflect.FieldDescriptor) {
		scalar := scalarOf(f)
		kind := goType(t, m, f)
		_, named := idTypes[scalars.of(f.Name())]
		switch {
		case f.Kind() == protoreflect.BytesKind && named:
			rows++
			require.Equal(t, reflect.Struct, kind.Kind(), "%s is %s: use one of the ...Bytes types", f.FullName(), kind)
		case !strings.HasPrefix(scalar, "stemma."):
		case slices.Contains(plain, f.FullName()):
			require.Equal(t, reflect.String, kind.Kind(), f.FullName())
		default:
			typed++
			require.Contains(t, idTypes, scalar, f.FullName())
			require.Equal(t, idTypes[scalar], kind, f.FullName())
		}
	})
	require.Greater(t, typed, 180)
	require.Greater(t, rows, 8)
}

// goType is that of a field in Go, or of the elements of a list.
func goType(t *testing.T, m protoreflect.MessageDescriptor, f protoreflect.FieldDescriptor) reflect.Type {
	message := proto.MessageType(string(m.FullName())).Elem()
	for _, p := range proto.GetProperties(message).Prop {
		if p.OrigName != string(f.Name()) {
			continue
		}
		field, found := message.FieldByName(p.Name)
		require.True(t, found, f.FullName())
		if f.IsList() {
			return field.Type.Elem()
		}
		return field.Type
	}
	require.Fail(t, "no such field", "%s", f.FullName())
	return nil
}

func scalarOf(f protoreflect.FieldDescriptor) string {
	return protov2.GetExtension(f.Options(), cosmos_proto.E_Scalar).(string)
}

// eachField visits all fields of all described modules.
func eachField(t *testing.T, visit func(protoreflect.MessageDescriptor, protoreflect.FieldDescriptor)) {
	files, err := proto.MergedRegistry()
	require.NoError(t, err)
	files.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		for _, module := range described {
			if file.Package() != protoreflect.FullName("stemma."+module+".v1") {
				continue
			}
			for i := range file.Messages().Len() {
				m := file.Messages().Get(i)
				for n := range m.Fields().Len() {
					visit(m, m.Fields().Get(n))
				}
			}
		}
		return true
	})
}
