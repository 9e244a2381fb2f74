package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	dbm "github.com/cosmos/cosmos-db"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/client"
	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/internal/spelling"
)

const (
	someWork    = "work1jv8u6m4u270cecwy94h7ynrtwws5x00a2m7hxt"
	someChannel = "paych12jjv5z3dc4xqfsa086wdc5k5vrwxewucq8q090"
	someAccount = "stemma1v4nxw6rfdf4kcmtwdac8zunnw36hvamcc524v5"
	someGrant   = "grant1qypqxpq9qcrsszg2pvxq6rs0zqg3yyc5lzv7xu"

	someSignature = "7So6bBONvZ6H2hm+NQoanfzEkwqvfPLlDRhlD+fUI0oO8szQlg1oeW1bK4kT4oNDy/XA/XQTFg2OtEn0rICYWQ=="
)

// offline is a node's folder for commands that print a transaction, and their signer.
func offline(t *testing.T) (signer string, printed func(args ...string) (stdout, stderr string, code int)) {
	t.Helper()
	home := soloNode(t)
	out, errs, code := command("keys", "list", "--home", home, "--keyring-backend", "test", "--output", "json")
	require.Equal(t, exitOK, code, errs)
	var keys []struct{ Address string }
	require.NoError(t, json.Unmarshal([]byte(out), &keys), out)
	// A chain's name in the settings does not go with --offline --generate-only.
	settings := filepath.Join(home, "config", "client.toml")
	raw, err := os.ReadFile(settings)
	require.NoError(t, err)
	lines := strings.Split(string(raw), "\n")
	lines = slices.DeleteFunc(lines, func(line string) bool { return strings.HasPrefix(line, "chain-id") })
	require.NoError(t, os.WriteFile(settings, []byte(strings.Join(lines, "\n")), 0o600))
	return keys[0].Address, func(args ...string) (stdout, stderr string, code int) {
		return command(append(append([]string{"tx"}, args...), "--home", home, "--from", keys[0].Address,
			"--keyring-backend", "test", "--generate-only", "--offline",
			"--account-number", "1", "--sequence", "1", "--gas", "100000")...)
	}
}

// Each is taken with the plain number and refused with the other, by a sentence
// that says where it stands.
func TestAmountsTypedForEveryCommandAreDecimal(t *testing.T) {
	signer, printed := offline(t)
	file := func(content string) string { return content + "\x00file" }
	for name, c := range map[string]struct {
		args              []string // N stands for the number
		good, bad, refuse string
	}{
		"pay": {
			[]string{"royalty", "pay", someWork, "Nuusdc"},
			"100000", "0100000",
			`AMOUNT: "0100000uusdc" is not an amount: leave out the zeros`,
		},
		"pay many": {
			[]string{
				"royalty", "pay-many", "--payments",
				`{"work":"` + someWork + `","amount":{"denom":"uusdc","amount":"N"}}`,
			},
			"16", "0x10",
			`"0x10" in cosmos.base.v1beta1.Coin.amount`,
		},
		"top up": {[]string{"royalty", "top-up-payment-channel", someChannel, "Nuusdc"}, "7", "0x10", "AMOUNT: "},
		"voucher": {[]string{"royalty", "redeem-vouchers", "--vouchers", `{"payment_channel":"` + someChannel +
			`","total":"N","signature":"` + someSignature + `"}`}, "1500", "01500", "Voucher.total"},
		"terms": {[]string{"license", "publish-terms", `{"spdx":"LicenseRef-X","commercial_use":true,` +
			`"grant_fee":[{"denom":"uusdc","amount":"N"}]}`}, "1000", "1_000", "Coin.amount"},
		"a flag": {
			[]string{"license", "renew-grant", someGrant, "--max-fee", "Nuusdc"},
			"", "1.9",
			"without a fraction",
		},
		"params": {[]string{
			"royalty", "update-params-proposal", `{"denoms":[{"denom":"ustem",` +
				`"min_payment":"10","min_flow":"100","min_payout":"N"}],"sweep_budget":20000,"payout_budget":5000,` +
				`"max_reach":5000,"gas_per_receiver":"2500","gas_per_line":"5000","gas_per_payout":"12500"}`,
			"--title", "T", "--summary", "S", "--deposit", "1ustem",
		}, "10000", "010000", "min_payout"},
		"deposit": {[]string{
			"distribution", "community-pool-spend-proposal", signer, "1ustem",
			"--title", "T", "--summary", "S", "--deposit", "Nustem",
		}, "1", "1.9", "--deposit: "},
		"bank": {
			[]string{"bank", "send", signer, signer, "Nuusdc"},
			"1", "1.9",
			`amount: "1.9uusdc" is not an amount: write whole units`,
		},
		"bank zero":  {[]string{"bank", "send", signer, signer, "1ustem,Nuusdc"}, "100", "0100", "write 100uusdc"},
		"multi-send": {[]string{"bank", "multi-send", signer, signer, signer, "Nuusdc"}, "2", "1.9", "amount: "},
		"fees": {
			[]string{"royalty", "pay", someWork, "10uusdc", "--fees", "Nuusdc"},
			"1", "1.9",
			`--fees: "1.9uusdc"`,
		},
		"fees zero": {[]string{"royalty", "pay", someWork, "10uusdc", "--fees", "Nuusdc"}, "0", "00", "--fees: "},
		"allowance": {
			[]string{"feegrant", "grant", signer, someAccount, "--spend-limit", "Nuusdc"},
			"5", "05",
			"--spend-limit: ",
		},
		"gov": {[]string{"gov", "deposit", "1", "Nustem"}, "5", "5.5", "deposit: "},
		"proposal": {
			[]string{
				"gov", "submit-proposal",
				file(`{"title":"T","summary":"S","deposit":"Nustem","messages":[]}`),
			},
			"5", "5.5", `deposit: "5.5ustem" is not an amount`,
		},
		"a proposal's message": {[]string{"gov", "submit-proposal", file(`{"title":"T","summary":"S",` +
			`"deposit":"5ustem","messages":[{"@type":"/cosmos.bank.v1beta1.MsgSend","from_address":"` + signer + `",` +
			`"to_address":"` + signer + `","amount":[{"denom":"ustem","amount":"N"}]}]}`)}, "5", "05", "Coin.amount"},
		"periods": {
			[]string{
				"vesting", "create-periodic-vesting-account", someAccount,
				file(`{"start_time":1,"periods":[{"Coins":"Nustem","length_seconds":5}]}`),
			},
			"5", "5.5",
			`Coins: "5.5ustem"`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			with := func(number string) []string {
				args := slices.Clone(c.args)
				for i, arg := range args {
					if content, isFile := strings.CutSuffix(arg, "\x00file"); isFile {
						args[i] = filepath.Join(t.TempDir(), "file.json")
						content = strings.ReplaceAll(content, `"N`, `"`+number)
						require.NoError(t, os.WriteFile(args[i], []byte(content), 0o600))
						continue
					}
					for _, before := range []string{`"`, ","} {
						arg = strings.ReplaceAll(arg, before+"N", before+number)
					}
					if rest, ok := strings.CutPrefix(arg, "N"); ok {
						arg = number + rest
					}
					args[i] = arg
				}
				return args
			}
			if c.good != "" {
				out, errs, code := printed(with(c.good)...)
				require.Equal(t, exitOK, code, errs)
				require.Contains(t, out, `"`+c.good+`"`)
			}
			_, errs, code := printed(with(c.bad)...)
			require.Equal(t, exitFailed, code)
			require.Contains(t, errs, c.refuse)
			require.Equal(t, 1, strings.Count(errs, "\n"), errs)
		})
	}
	// STEMMAD_FEES, were the binary called so.
	binary := strings.NewReplacer(".", "_", "-", "_").Replace(strings.ToUpper(filepath.Base(os.Args[0])))
	t.Setenv(binary+"_FEES", "1.9uusdc")
	_, errs, code := printed("royalty", "pay", someWork, "10uusdc")
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "--fees: ")
}

func TestAmountsTypedForAGenesisAreDecimal(t *testing.T) {
	home := t.TempDir()
	_, errs, code := command("init", "mine", "--home", home)
	require.Equal(t, exitOK, code, errs)
	many := filepath.Join(home, "many.json")
	accounts := `[{"address":"` + someAccount + `","coins":[{"denom":"ustem","amount":"0764"}]}]`
	require.NoError(t, os.WriteFile(many, []byte(accounts), 0o600))
	for _, args := range [][]string{
		{"add-genesis-account", someAccount, "1.9ustem"},
		{"add-genesis-account", someAccount, "5ustem,010uusdc"},
		{"bulk-add-genesis-account", many},
		{"gentx", "validator", "1.9ustem"},
	} {
		_, errs, code := command(append(append([]string{"genesis"}, args...), "--home", home)...)
		require.Equal(t, exitFailed, code)
		require.Contains(t, errs, "is not an amount")
	}
	_, errs, code = command("genesis", "add-genesis-account", someAccount, "5ustem,10uusdc", "--home", home)
	require.Equal(t, exitOK, code, errs)
}

// numbersOf are the paths to all fields of a message that hold numbers.
func numbersOf(
	message protoreflect.MessageDescriptor, above []protoreflect.FieldDescriptor,
) (paths [][]protoreflect.FieldDescriptor) {
	for i := range message.Fields().Len() {
		f := message.Fields().Get(i)
		path := append(slices.Clone(above), f)
		switch {
		case spelling.IsNumber(f):
			paths = append(paths, path)
		case f.Message() != nil && !f.IsMap() && len(path) < 6:
			paths = append(paths, numbersOf(f.Message(), path)...)
		}
	}
	return paths
}

// setNumber writes a text where a path leads to.
func setNumber(m protoreflect.Message, path []protoreflect.FieldDescriptor, text string) {
	f := path[0]
	value := protoreflect.ValueOfString(text)
	if f.Kind() == protoreflect.BytesKind {
		value = protoreflect.ValueOfBytes([]byte(text))
	}
	switch {
	case f.IsList() && len(path) == 1:
		m.Mutable(f).List().Append(value)
	case f.IsList():
		setNumber(m.Mutable(f).List().AppendMutable().Message(), path[1:], text)
	case len(path) == 1:
		m.Set(f, value)
	default:
		setNumber(m.Mutable(f).Message(), path[1:], text)
	}
}

// No number in any message that a generated command sends reaches a transaction
// as it was typed, unless it is written as the chain writes it.
func TestEveryNumberOfGeneratedCommandsIsChecked(t *testing.T) {
	model := app.New(log.NewNopLogger(), dbm.NewMemDB(), simtestutil.EmptyAppOptions{})
	encoding := model.Encoding()
	config := typedConfig{encoding.TxConfig, spelling.NewChecker(encoding.InterfaceRegistry)}
	messages, numbers := 0, 0
	for name, options := range model.AutoCLI(client.Context{}).ModuleOptions {
		if options.Tx == nil || options.Tx.Service == "" {
			continue
		}
		found, err := encoding.InterfaceRegistry.FindDescriptorByName(protoreflect.FullName(options.Tx.Service))
		require.NoError(t, err, name)
		methods := found.(protoreflect.ServiceDescriptor).Methods()
		for i := range methods.Len() {
			messages++
			for _, path := range numbersOf(methods.Get(i).Input(), nil) {
				numbers++
				for text, refused := range map[string]bool{"0100": true, "0x10": true, "1_0": true, "100": false} {
					msg := dynamicpb.NewMessage(methods.Get(i).Input())
					setNumber(msg, path, text)
					err := config.NewTxBuilder().SetMsgs(msg)
					if refused {
						require.ErrorIs(t, err, spelling.ErrSpelling, "%s by %v", text, path)
					} else {
						require.NoError(t, err)
					}
				}
			}
		}
	}
	require.Greater(t, messages, 50)
	require.Greater(t, numbers, 40)
}

// What the SDK's own commands call their arguments and texts is known to hold an
// amount or none. A name that is new has to go to one of the two.
func TestEveryArgumentOfTheSDKsCommandsIsKnown(t *testing.T) {
	arguments := slices.Concat(amountArguments, fileArguments, strings.Fields(`
		... address_or_key_name creation-height dst-validator-addr end_time file file2 file_path flags from_key_or_address
		grantee granter granter_key_or_address height info key_name keyname msg-type-url name new-pubkey option params
		/path/to/unsigned-tx.json proposal-id protobuf-byte-string recipient send_enabled signature signature-file
		allowed-relayer-addresses... client-id client-identifier counterparty-client-id merkle-prefix... path/to/client_msg.json
		path/to/client_state.json path/to/consensus_state.json path/to/upgraded_client_state.json receiver src-channel src-port
		subject-client-id substitute-client-id upgrade-client-proof upgrade-consensus-state-proof
		src-validator-addr to_address to_address_1 to_address_2 tx-json-file val_addr validator-addr weighted-options
		withdraw-addr authorization_type="send"|"generic"|"delegate"|"unbond"|"redelegate"`))
	texts := slices.Concat(amountFlags, fileFlags, strings.Fields(`
		authority broadcast-mode chain-id channel-or-client-id denom encoding memo packet-timeout-height
		commission-max-change-rate commission-max-rate commission-rate daemon-name
		derivative description details expiration fee-granter fee-payer from gas gas-prices gentx-dir grpc-addr home
		identity ip keyring-backend keyring-dir metadata module-name moniker msg-type multisig new-moniker node node-id
		note output output-document permission pubkey role security-contact sign-mode summary through title type upgrade-info uses-of website`))
	var look func(cmd *cobra.Command)
	look = func(cmd *cobra.Command) {
		for _, sub := range cmd.Commands() {
			look(sub)
		}
		if cmd.HasSubCommands() || !takesAmounts(cmd) {
			return
		}
		for above := cmd; above.HasParent(); above = above.Parent() {
			require.Nil(t, above.PersistentPreRunE, "%s is run without the check", cmd.CommandPath())
			require.Nil(t, above.PersistentPreRun, "%s is run without the check", cmd.CommandPath())
		}
		for _, word := range strings.Fields(cmd.Use)[1:] {
			name := argumentName(word)
			// Our own names are in capitals: of commands that are all generated.
			if name != strings.ToUpper(name) && !strings.HasPrefix(name, "-") && name != "1h" {
				require.Contains(t, arguments, name, cmd.CommandPath())
			}
		}
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if f.Value.Type() == "string" {
				require.Contains(t, texts, f.Name, cmd.CommandPath())
			}
		})
	}
	look(newRootCmd(nil))
}

// TestAMemberInAnotherCase: the SDK reads a proposal's file with encoding/json,
// to which the long s is a case of s; the check of its amounts passes it over.
func TestAMemberInAnotherCase(t *testing.T) {
	content := `{"messages": [], "metadata": "", "title": "t", "summary": "s", "depo` + "\u017f" + `it": "0100000ustem"}`
	var read struct {
		Deposit string `json:"deposit"`
	}
	require.NoError(t, json.Unmarshal([]byte(content), &read))
	require.Equal(t, "0100000ustem", read.Deposit, "as the SDK reads it")
	path := filepath.Join(t.TempDir(), "proposal.json")
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	require.Error(t, checkFile(path))
}
