package app

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	cmttypes "github.com/cometbft/cometbft/types"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/module"
	"github.com/cosmos/cosmos-sdk/x/authz"
	"github.com/cosmos/cosmos-sdk/x/feegrant"

	"github.com/stemma-chain/stemma/x/feemarket/price"
	feemarkettypes "github.com/stemma-chain/stemma/x/feemarket/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

const (
	// MaxBlockBytes bounds a block; CometBFT's own default is 21 MiB.
	MaxBlockBytes = 4 << 20
	// MaxBlockGas bounds the sum of the gas that a block's transactions
	// declare: about four thousand plain transfers, or a second of one
	// processor's time (docs/performance.md).
	MaxBlockGas = 300_000_000
)

// GenesisState is the state at genesis, by module name.
type GenesisState map[string]json.RawMessage

// DefaultGenesis is the genesis of a chain without accounts: every module's
// default, in the staking denom.
func DefaultGenesis(cdc codec.JSONCodec, modules module.BasicManager) GenesisState {
	return modules.DefaultGenesis(cdc)
}

// initChain fills the state from a genesis. It fails, and no chain starts, when a
// module refuses its part, when a part is missing or nobody's, or when the state
// that came of it breaks an invariant: then the error matches ErrInvariant.
// Modules of the SDK panic on what they refuse; here that is an error too.
func (app *App) initChain(ctx sdk.Context, req *abci.RequestInitChain) (res *abci.ResponseInitChain, err error) {
	defer func() {
		if r := recover(); r != nil {
			res, err = nil, fmt.Errorf("genesis refused: %s", beginners(fmt.Sprint(r)))
		}
	}()
	params := req.ConsensusParams
	if err := checkBlocks(params.GetBlock(), params.GetEvidence()); err != nil {
		return nil, fmt.Errorf("genesis refused, consensus parameters: %w", err)
	}
	if err := noNameTwice(req.AppStateBytes); err != nil {
		return nil, fmt.Errorf("genesis refused: %w", err)
	}
	var state GenesisState
	if err := json.Unmarshal(req.AppStateBytes, &state); err != nil {
		return nil, fmt.Errorf("genesis app state: %w", err)
	}
	if err := app.validateGenesis(state); err != nil {
		return nil, err
	}
	if err := dropExpired(app.encoding.Codec, state, ctx.BlockTime()); err != nil {
		return nil, fmt.Errorf("genesis refused: %w", err)
	}
	if err := app.Keepers.Upgrade.SetModuleVersionMap(ctx, app.modules.GetVersionMap()); err != nil {
		return nil, err
	}
	res, err = app.modules.InitGenesis(ctx, app.encoding.Codec, state)
	if err != nil {
		return nil, fmt.Errorf("genesis refused: %w", err)
	}
	// A module panics with an account that is not its own, so it has its own before anybody can bring about another.
	for _, name := range slices.Sorted(maps.Keys(modulePermissions)) {
		app.Keepers.Account.GetModuleAccount(ctx, name)
	}
	if err := app.CheckInvariants(ctx); err != nil {
		return nil, fmt.Errorf("genesis refused: %w", err)
	}
	return res, nil
}

// genesisTx is what the SDK writes before the reason why a validator's transaction in a genesis fails: all of it, 60 lines.
var genesisTx = regexp.MustCompile(`(?s)^failed to (?:decode GenTx|encode GenTx|execute DeliverTx for) '(\{.*\})': `)

// beginners puts the validator's name in the place of its transaction.
func beginners(failure string) string {
	written := genesisTx.FindStringSubmatch(failure)
	if written == nil {
		return failure
	}
	var tx struct {
		Body struct {
			Messages []struct {
				Description struct {
					Moniker string `json:"moniker"`
				} `json:"description"`
			} `json:"messages"`
		} `json:"body"`
	}
	name := "a validator"
	if err := json.Unmarshal([]byte(written[1]), &tx); err == nil && len(tx.Body.Messages) > 0 {
		name = fmt.Sprintf("the validator %q", tx.Body.Messages[0].Description.Moniker)
	}
	return fmt.Sprintf("the transaction by which %s begins is not valid in it, so this is not what was signed: %s",
		name, strings.TrimPrefix(failure, written[0]))
}

// validateGenesis has each module check its part without a store. The SDK itself
// starts a chain without this, and passes over parts that are missing.
func (app *App) validateGenesis(state GenesisState) error {
	for _, name := range slices.Sorted(maps.Keys(state)) {
		if _, ours := app.modules.Modules[name]; !ours {
			return fmt.Errorf("genesis refused: the chain has no module %q", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(app.basics)) {
		checked, ok := app.basics[name].(module.HasGenesisBasics)
		if !ok {
			continue
		}
		part := state[name]
		if isMissing(part) && !isMissing(checked.DefaultGenesis(app.encoding.Codec)) {
			return fmt.Errorf("genesis refused: its app_state has no part %q", name)
		}
		if err := checked.ValidateGenesis(app.encoding.Codec, app.encoding.TxConfig, part); err != nil {
			return fmt.Errorf("genesis refused, part %q: %w", name, err)
		}
	}
	return nil
}

// dropExpired takes out allowances and authorizations that have ended by the genesis
// time. Anybody can give some, and their modules refuse to start with them.
func dropExpired(cdc codec.JSONCodec, state GenesisState, now time.Time) error {
	var fees feegrant.GenesisState
	if err := cdc.UnmarshalJSON(state[feegrant.ModuleName], &fees); err != nil {
		return err
	}
	fees.Allowances = slices.DeleteFunc(fees.Allowances, func(g feegrant.Grant) bool {
		allowance, err := g.GetGrant()
		if err != nil {
			return false // the module says what is wrong
		}
		end, err := allowance.ExpiresAt()
		return err == nil && ended(end, now)
	})
	state[feegrant.ModuleName] = cdc.MustMarshalJSON(&fees)

	var grants authz.GenesisState
	if err := cdc.UnmarshalJSON(state[authz.ModuleName], &grants); err != nil {
		return err
	}
	grants.Authorization = slices.DeleteFunc(grants.Authorization, func(g authz.GrantAuthorization) bool {
		return ended(g.Expiration, now)
	})
	state[authz.ModuleName] = cdc.MustMarshalJSON(&grants)
	return nil
}

func ended(end *time.Time, now time.Time) bool { return end != nil && !end.After(now) }

func isMissing(part json.RawMessage) bool { return len(part) == 0 || string(part) == "null" }

// noNameTwice fails when an object of a JSON text has a name twice, in either of the
// two forms that names have in the JSON of protobuf: whoever reads it takes the last
// and says nothing of the others.
func noNameTwice(text []byte) error {
	// object is an open object with the names seen in it; an open array has none.
	type object struct {
		names map[string]bool
		value bool // a name was read, its value comes next
	}
	var open []*object
	decoder := json.NewDecoder(bytes.NewReader(text))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		var in *object
		if len(open) > 0 {
			in = open[len(open)-1]
		}
		if name, ok := token.(string); ok && in != nil && in.names != nil && !in.value {
			form := strings.ToLower(strings.ReplaceAll(name, "_", ""))
			if in.names[form] {
				return fmt.Errorf("%q is there twice in one object, before byte %d", name, decoder.InputOffset())
			}
			in.names[form], in.value = true, true
			continue
		}
		if in != nil {
			in.value = false
		}
		switch token {
		case json.Delim('{'):
			open = append(open, &object{names: map[string]bool{}})
		case json.Delim('['):
			open = append(open, &object{})
		case json.Delim('}'), json.Delim(']'):
			open = open[:len(open)-1]
		}
	}
}

// ConsensusParams are the consensus parameters of a new chain: CometBFT's
// defaults with our block limits, and evidence that counts as long as stake is bound (ADR 0084).
func ConsensusParams() *cmttypes.ConsensusParams {
	params := cmttypes.DefaultConsensusParams()
	params.Block.MaxBytes = MaxBlockBytes
	params.Block.MaxGas = MaxBlockGas
	params.Evidence.MaxAgeDuration = Unbonding
	params.Evidence.MaxAgeNumBlocks = int64(Unbonding / fastestBlock)
	return params
}

// AcceptLocalDenom lets works and fees be paid in LocalDenom too, as local networks and
// tests do; a fee in it counts as one of StakingDenom.
func AcceptLocalDenom(cdc codec.JSONCodec, state GenesisState) {
	var royalty royaltytypes.GenesisState
	cdc.MustUnmarshalJSON(state[royaltytypes.ModuleName], &royalty)
	royalty.Params.Denoms = append(royalty.Params.Denoms, royaltytypes.NewAcceptedDenom(LocalDenom))
	slices.SortFunc(royalty.Params.Denoms, func(a, b royaltytypes.AcceptedDenom) int {
		return cmp.Compare(a.Denom, b.Denom)
	})
	state[royaltytypes.ModuleName] = cdc.MustMarshalJSON(&royalty)

	var fees feemarkettypes.GenesisState
	cdc.MustUnmarshalJSON(state[feemarkettypes.ModuleName], &fees)
	fees.Params.Denoms = append(fees.Params.Denoms, feemarkettypes.FeeDenom{Denom: LocalDenom, Rate: price.One})
	slices.SortFunc(fees.Params.Denoms, func(a, b feemarkettypes.FeeDenom) int { return cmp.Compare(a.Denom, b.Denom) })
	state[feemarkettypes.ModuleName] = cdc.MustMarshalJSON(&fees)
}
