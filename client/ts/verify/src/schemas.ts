// What the chain's rows, questions and answers are made of, by the definitions in proto/stemma.
import {
  accountBytes, bool, bytes, digest, dispute, duration, enumeration, grant, int, list, maybe, message, terms, text, time, u32, u64, work, type Field,
  type Schema,
} from './proto.js'

const kinds = [
  'KIND_UNSPECIFIED', 'KIND_TEXT', 'KIND_IMAGE', 'KIND_AUDIO', 'KIND_VIDEO', 'KIND_3D', 'KIND_SOFTWARE', 'KIND_MODEL', 'KIND_DATASET',
  'KIND_STYLE', 'KIND_CHARACTER', 'KIND_PROMPT', 'KIND_OTHER', 'KIND_CONTEXT',
]
const statuses = ['STATUS_UNSPECIFIED', 'STATUS_ACTIVE', 'STATUS_WITHDRAWN', 'STATUS_DISPUTED', 'STATUS_INVALIDATED']
const policies = ['POLICY_NONE', 'POLICY_ABSOLUTE', 'POLICY_RELATIVE']
const roles = ['ROLE_UNSPECIFIED', 'ROLE_PARENT_OF', 'ROLE_COMPONENT_OF', 'ROLE_INPUT_TO', 'ROLE_TRAINED_ON', 'ROLE_CITES', 'ROLE_CONTAINS']

export const coin: Schema = { 1: text('denom'), 2: int('amount') }
export const page: Schema = { 1: bytes('next_key'), 2: u64('total') }

// x/registry

const priority: Schema = { 1: time('time'), 2: u32('tx_index'), 3: u32('rank') }
const creator: Schema = { 1: text('name'), 2: text('account'), 3: text('role') }
const fingerprint: Schema = { 1: text('scheme'), 2: text('value') }
const details: Schema = {
  1: enumeration('kind', kinds), 2: text('title'), 3: text('media_type'), 4: list(message('creators', creator)), 5: text('metadata_uri'),
  6: digest('metadata_sha256'), 7: text('digital_source_type'), 8: list(message('fingerprints', fingerprint)),
}
const hold: Schema = {
  1: u32('disputes'), 2: u32('holding'), 3: enumeration('resumes', statuses), 4: maybe(time('since')), 5: duration('before'),
}
export const workRow: Schema = {
  1: bytes('owner'), 2: bytes('registrant'), 3: bytes('sha256', 32), 4: enumeration('status', statuses), 5: u32('version'),
  6: message('claimed_since', priority), 7: time('registered_at'), 8: bytes('anchor_root', 32), 9: maybe(time('revealed_at')),
  10: u32('transfers'), 11: bytes('current'), 12: maybe(message('placed_at', priority)), 13: u32('transfer_offers'), 14: bool('on_offer'),
  15: maybe(message('hold', hold)), 16: u32('manifest_version'),
}
export const revision: Schema = { 1: message('details', details), 2: time('created_at'), 3: digest('blanked_sha256') }
export const ownership: Schema = { 1: bytes('owner'), 2: time('since') }
const anchor: Schema = { 1: message('priority', priority), 2: u64('total') }
export const anchorRow = anchor
const claim: Schema = {
  1: work('id'), 2: text('owner'), 3: text('registrant'), 4: digest('sha256'), 5: enumeration('status', statuses), 6: u32('version'),
  7: message('claimed_since', priority), 8: time('registered_at'), 9: digest('anchor_root'), 10: maybe(time('revealed_at')),
  11: bool('contested'), 12: bool('also_claimed_later'), 13: message('details', details), 14: digest('blanked_sha256'),
  15: maybe(message('placed_at', priority)), 16: maybe(message('hold', hold)), 17: u32('manifest_version'),
}
export const workResponse: Schema = { 1: message('work', claim) }
export const anchorResponse: Schema = { 1: message('anchor', anchor) }
const owner: Schema = { 1: u32('number'), 2: text('owner'), 3: time('since') }
export const ownersResponse: Schema = { 1: list(message('owners', owner)), 2: maybe(message('pagination', page)) }

const roots: Schema = { 1: digest('items'), 2: u64('item_count'), 3: digest('contributors'), 4: u64('contributor_count'), 5: u64('weight') }
export const manifestRow: Schema = {
  1: bytes('items', 32), 2: u64('item_count'), 3: bytes('contributors', 32), 4: u64('contributor_count'), 5: u64('weight'),
}
const contributor: Schema = { 1: text('account'), 2: work('work') }
const sumNode: Schema = { 1: u64('sum'), 2: digest('hash') }
const contributorProof: Schema = {
  1: message('contributor', contributor), 2: u64('weight'), 3: u64('index'), 4: list(message('path', sumNode)),
}
const itemProof: Schema = {
  1: digest('sha256'), 2: u64('weight'), 3: digest('terms_sha256'), 4: digest('consent'), 5: u64('time'), 6: u64('index'),
  7: list(digest('path')),
}
export const withdrawalRow: Schema = { 1: bytes('contributor'), 2: bytes('sha256', 32), 3: time('at'), 4: bytes('list_sha256', 32) }
export const withdrawalList: Schema = { 1: u64('count'), 2: digest('sha256') }
const numberedManifest: Schema = { 1: u32('version'), 2: message('roots', roots), 3: digest('sha256') }
export const manifestResponse: Schema = { 1: message('manifest', numberedManifest), 2: message('withdrawals', withdrawalList) }
const itemStatus: Schema = { 1: u64('number'), 2: maybe(time('at')) }
export const itemResponse: Schema = {
  1: message('manifest', numberedManifest), 2: message('status', itemStatus), 3: message('list', withdrawalList),
}

// x/royalty

export const fundRow: Schema = { 1: int('total'), 2: int('collected') }
export const partResponse: Schema = {
  1: u64('start'), 2: u64('weight'), 3: u64('whole'), 4: int('total'), 5: int('own'), 6: int('collected'),
}
const share: Schema = { 1: bytes('account'), 2: u32('weight') }
export const holdersRow: Schema = { 1: list(message('shares', share)), 2: u32('upstream_version'), 3: u64('since'), 4: u64('earned_since') }
const taking: Schema = { 1: list(text('denoms')), 2: list(bytes('ceilings_of', 20)) }
export const headRow: Schema = {
  1: u64('epoch'), 2: u32('holders_version'), 3: u32('upstream_version'), 4: u32('reach'), 5: u32('closure'), 6: u32('generation'),
  7: u32('holders'), 8: enumeration('destination', []), 9: maybe(message('taking', taking)),
  10: bool('grown'), 11: u32('receivers'), 12: u64('away_since'),
  13: bool('arrears'),
}
export const upstreamRow: Schema = { 1: bytes('absolute'), 2: bytes('relative'), 3: u32('holders_version'), 4: u64('since') }
const stage: Schema = { 1: int('total'), 2: int('flushed'), 3: int('held'), 4: u64('flushed_at'), 5: u64('due'), 6: int('late') }
export const stagesRow: Schema = {
  1: message('paid', stage), 2: message('received', stage), 3: message('earned', stage), 4: int('taken_in'),
}
const payee: Schema = {
  1: text('account'), 2: work('work'), 3: enumeration('basis', ['BASIS_OWN', 'BASIS_ABSOLUTE', 'BASIS_RELATIVE', 'BASIS_BOTH']),
  4: u32('rate'), 5: u32('weight'), 6: message('amount', coin), 7: work('earner'), 8: bool('escrow'),
  9: enumeration('progress', ['PROGRESS_UNSPECIFIED', 'PROGRESS_FLUSHED', 'PROGRESS_WAITS', 'PROGRESS_MERGED']),
  10: enumeration('at_stage', ['STAGE_PAID', 'STAGE_RECEIVED', 'STAGE_EARNED']), 11: work('at_work'),
}
export const assignedResponse: Schema = {
  1: list(message('payees', payee)), 2: message('held', coin), 3: u32('holders_version'), 4: u32('upstream_version'),
  5: maybe(message('pagination', page)),
}
const holding: Schema = { 1: text('account'), 2: u32('weight') }
export const holdersResponse: Schema = { 1: list(message('holders', holding)), 2: u32('version'), 3: u64('epoch') }
export const balanceRow: Schema = { 1: int('amount'), 2: u64('due'), 3: int('late') }
export const balancesResponse: Schema = { 1: list(message('balances', coin)), 2: maybe(message('pagination', page)) }

// x/license

const grantFields: Schema = {
  1: bytes('work', 20), 2: bytes('terms', 32), 3: accountBytes('licensee'), 4: enumeration('royalty_policy', policies),
  5: u32('royalty_rate'), 6: maybe(message('fee', coin)), 7: u32('work_version'), 8: u32('upstream_version'), 9: time('granted_at'),
  10: maybe(time('expires_at')), 11: bytes('used_by', 20), 12: u32('serves'), 13: u32('used'), 14: bytes('allow_list', 32),
  15: accountBytes('offered_to'), 16: u32('demands_version'), 17: u32('price_version'), 18: u64('uses_paid'), 19: u64('uses'),
  20: u64('withdrawals'),
}
export const grantRow = grantFields
const namedGrant: Schema = {
  1: grant('id'), 2: work('work'), 3: terms('terms'), 4: text('licensee'), 5: work('used_by'), 6: message('grant', grantFields),
}
export const grantResponse: Schema = { 1: message('grant', namedGrant), 2: list(text('licensees')) }
export const allowList: Schema = { 1: list(text('licensees')) }
const actions = [
  'ACTION_UNSPECIFIED', 'ACTION_COPY', 'ACTION_DISTRIBUTE', 'ACTION_PERFORM', 'ACTION_ADAPT', 'ACTION_TRAIN_AI', 'ACTION_AI_INPUT',
  'ACTION_SEARCH',
]
const use: Schema = {
  1: enumeration('action', actions), 2: bool('commercial'), 3: list(text('territories')), 4: list(text('media')), 5: maybe(time('until')),
  6: bool('unplaced'),
}
const conditions: Schema = {
  1: digest('allow_list'), 2: u32('upstream_version'), 3: u32('demands_version'), 4: u32('revisions'), 5: u32('exclusives'), 6: u32('made'),
  7: u64('uses'), 8: u64('withdrawals'),
}

const permissions = ['PERMISSION_UNSET', 'PERMISSION_ALLOW', 'PERMISSION_DENY', 'PERMISSION_PAID']
const termsFields: Schema = {
  1: text('spdx'), 2: text('uri'), 3: text('uri_sha256'), 4: bool('commercial_use'), 5: bool('attribution'),
  6: enumeration('derivatives', ['DERIVATIVES_NONE', 'DERIVATIVES_ALLOWED', 'DERIVATIVES_SHARE_ALIKE']), 7: bool('derivative_approval'),
  8: enumeration('ai_training', permissions), 9: enumeration('ai_input', permissions), 10: enumeration('search', permissions),
  11: enumeration('royalty_policy', policies), 12: u32('royalty_rate'), 13: list(message('grant_fee', coin)),
  14: list(message('use_price', coin)), 15: list(message('revenue_ceiling', coin)), 16: duration('duration'), 17: list(text('territories')),
  18: list(text('media')), 19: enumeration('exclusivity', ['EXCLUSIVITY_NONE', 'EXCLUSIVITY_SOLE', 'EXCLUSIVITY_EXCLUSIVE']),
  20: bool('transferable'), 21: u64('max_grants'), 22: bool('no_further_restrictions'), 23: list(enumeration('uses', actions)),
  24: text('blanked_sha256'), 25: u32('derivatives_per_grant'), 27: bool('approval_direct'), 28: text('second_approver'),
  29: u32('uses_per_grant'),
}
export const termsRow = termsFields
const identifiedTerms: Schema = { 1: terms('id'), 2: text('preset'), 3: message('terms', termsFields) }
const offer: Schema = {
  1: list(message('price', coin)), 2: maybe(time('expires_at')), 3: list(text('licensees')), 4: bool('paused'),
  5: maybe(time('irrevocable_since')), 6: bool('closed'), 7: u32('irrevocable_demands'), 8: u32('price_version'),
}
export const offerRow = offer
export const tallyRow: Schema = { 1: u64('given'), 2: maybe(time('until')) }
const exclusiveGrant: Schema = { 1: bytes('grant', 20), 2: bytes('terms', 32), 3: maybe(time('expires_at')) }
export const exclusivesRow: Schema = { 1: list(message('grants', exclusiveGrant)), 2: u32('given'), 3: u32('made'), 4: bool('offered') }
const openOffer: Schema = {
  1: work('work'), 2: message('terms', identifiedTerms), 3: message('offer', offer), 4: bool('public'), 5: u64('granted'),
  6: message('conditions', conditions),
}
export const offersResponse: Schema = { 1: list(message('offers', openOffer)), 2: maybe(message('pagination', page)) }

// x/lineage

const metGrant: Schema = {
  1: bytes('grant', 20), 2: bytes('work', 20), 3: enumeration('royalty_policy', policies), 4: u32('royalty_rate'),
  5: u32('upstream_version'),
}
const exclusion: Schema = { 1: bytes('terms', 32), 2: u32('until') }
const edge: Schema = {
  1: bytes('source', 20), 2: enumeration('role', roles), 3: bytes('terms', 32), 4: bytes('grant', 20),
  5: enumeration('royalty_policy', policies), 6: u32('royalty_rate'), 7: u32('weight'), 8: u32('work_version'), 9: maybe(time('added_at')),
  10: bool('added_later'),
  11: u32('upstream_version'), 12: u32('demands_version'), 13: u32('declaration'),
  14: list(bytes('also', 32)), 15: list(message('met_by_grants', metGrant)), 16: list(bytes('met_by_passes', 32)),
  17: list(message('withheld', exclusion)), 18: bool('ruled'),
}
export const derivationRow: Schema = { 1: list(message('edges', edge)), 2: u32('externals'), 3: time('derived_at'), 4: u32('declarations') }
const external: Schema = { 1: digest('sha256'), 2: text('uri') }
export const externalRow: Schema = {
  1: message('external', external), 2: enumeration('role', roles), 3: u32('weight'), 4: time('added_at'), 5: digest('blanked_sha256'),
}
const notice: Schema = { 1: text('code'), 2: u32('source'), 3: text('scheme'), 4: text('value'), 5: list(work('works')) }
const servingGrant: Schema = { 1: grant('grant'), 2: work('work'), 3: terms('terms'), 4: work('source'), 5: u32('serves'), 6: u32('used') }
const record: Schema = {
  1: text('agent'), 2: text('model'), 3: text('provider'), 4: text('system_name'), 5: text('system_version'),
  6: maybe(time('generated_at')), 7: text('unique_id'), 8: digest('prompt_sha256'), 9: digest('blanked_sha256'),
}
export const recordRow = record
const node: Schema = { 1: u32('generation'), 2: u32('sources'), 3: u32('externals'), 4: time('derived_at'), 5: u32('declarations') }
export const derivationResponse: Schema = { 1: message('node', node), 2: maybe(message('record', record)) }
const link: Schema = {
  1: work('derivative'), 2: work('source'), 3: maybe(message('external', external)), 4: enumeration('role', roles), 5: terms('terms'),
  6: grant('grant'), 7: enumeration('royalty_policy', policies), 8: u32('royalty_rate'), 9: u32('weight'), 10: u32('work_version'),
  11: time('added_at'), 12: bool('added_later'), 13: digest('blanked_sha256'), 14: list(terms('also')), 15: list(grant('met_by_grants')),
  16: list(digest('met_by_passes')), 17: bool('ruled'),
}
export const sourcesResponse: Schema = { 1: list(message('sources', link)), 2: maybe(message('pagination', page)) }

// x/dispute

const disputeKinds = [
  'KIND_UNSPECIFIED', 'KIND_PRIOR_CLAIM', 'KIND_MISSING_SOURCE', 'KIND_WRONG_TERMS', 'KIND_FALSE_DECLARATION', 'KIND_FALSE_WEIGHT',
  'KIND_UNFAIR_MANIFEST', 'KIND_UNAPPROVED_SOURCE',
]
const phases = [
  'PHASE_UNSPECIFIED', 'PHASE_ANSWER', 'PHASE_ARBITRATION', 'PHASE_APPEAL', 'PHASE_GOVERNANCE', 'PHASE_FINAL', 'PHASE_CLOSED',
]
const outcomes = [
  'OUTCOME_UNSPECIFIED', 'OUTCOME_UPHELD', 'OUTCOME_DISMISSED', 'OUTCOME_CONCEDED', 'OUTCOME_DROPPED', 'OUTCOME_LAPSED', 'OUTCOME_MOOT',
]
const evidence: Schema = { 1: text('by'), 2: digest('sha256'), 3: text('uri'), 4: digest('blanked_sha256') }
const ruledSource: Schema = { 1: work('work'), 2: enumeration('role', roles), 3: terms('terms') }
const ruledPayee: Schema = { 1: text('account'), 2: u32('share') }
const ruledWeight: Schema = { 1: work('source'), 2: u32('weight') }
const restitution: Schema = { 1: text('debtor'), 2: u32('holders_version'), 3: work('creditor'), 4: message('amount', coin) }
const redress: Schema = {
  1: text('transfer_to'), 2: bool('invalidate'), 3: work('successor'), 4: list(terms('close_offers')), 5: list(terms('offer')),
  6: maybe(message('source', ruledSource)), 7: maybe(message('payee', ruledPayee)), 8: list(message('weights', ruledWeight)),
  9: u32('declaration'), 10: list(message('past', coin)), 11: list(message('restitution', restitution)),
}
const ruling: Schema = { 1: text('by'), 2: bool('upheld'), 3: message('redress', redress), 4: time('at') }
export const disputeRow: Schema = {
  1: dispute('id'), 2: work('work'), 3: u32('serial'), 4: enumeration('kind', disputeKinds), 5: text('challenger'), 6: text('respondent'),
  7: message('claim', redress), 8: list(message('evidence', evidence)), 9: enumeration('phase', phases), 10: time('opened_at'),
  11: maybe(time('deadline')), 12: list(message('bond', coin)), 13: list(message('called', coin)), 14: maybe(time('called_until')),
  15: list(text('conceded')), 16: text('contested_by'), 17: list(message('contest_bond', coin)), 18: text('arbiter'),
  19: maybe(message('ruling', ruling)), 20: text('appealed_by'), 21: list(message('appeal_bond', coin)),
  22: maybe(message('appealed', ruling)), 23: text('failure'), 24: enumeration('outcome', outcomes), 25: maybe(time('closed_at')),
  26: bool('unbacked'),
}
export const disputeResponse: Schema = { 1: message('dispute', disputeRow) }

// Questions. Their page is never written.

const pageRequest: Schema = {}
export const ofWork: Schema = { 1: work('work') }
export const ofWorkPaged: Schema = { 1: work('work'), 2: maybe(message('pagination', pageRequest)) }
export const ofManifest: Schema = { 1: work('work'), 2: u32('version') }
export const ofItem: Schema = { 1: work('work'), 2: u32('version'), 3: message('contributor', contributor), 4: message('item', itemProof) }
export const ofPart: Schema = { 1: work('work'), 2: u32('version'), 3: text('denom'), 4: message('proof', contributorProof) }
export const ofGrant: Schema = { 1: grant('grant') }
export const ofDispute: Schema = { 1: dispute('dispute') }
export const ofAnchor: Schema = { 1: text('account'), 2: digest('root') }
export const ofAccountPaged: Schema = { 1: text('account'), 2: maybe(message('pagination', pageRequest)) }
const item: Schema = { 1: digest('sha256'), 2: message('contributor', contributor), 3: terms('terms') }
export const rightsRequest: Schema = {
  1: text('work'), 2: message('use', use), 3: text('licensee'), 4: text('permission'), 5: work('derivative'),
  6: maybe(message('item', item)),
}

// Transactions

export const any: Schema = { 1: text('type_url'), 2: bytes('value') }
export const txRaw: Schema = { 1: bytes('body_bytes'), 2: bytes('auth_info_bytes'), 3: list(bytes('signatures')) }
export const txBody: Schema = {
  1: list(message('messages', any)), 2: text('memo'), 3: u64('timeout_height'), 4: bool('unordered'), 5: maybe(time('timeout_timestamp')),
  1023: list(message('extension_options', any)), 2047: list(message('non_critical_extension_options', any)),
}
const bitArray: Schema = { 1: u32('extra_bits_stored'), 2: bytes('elems') }
const single: Schema = { 1: u32('mode') }
const modeInfo: { [number: number]: Field } = { 1: maybe(message('single', single)) }
modeInfo[2] = maybe(message('multi', { 1: maybe(message('bitarray', bitArray)), 2: list(message('mode_infos', modeInfo)) }))
const signer: Schema = { 1: maybe(message('public_key', any)), 2: maybe(message('mode_info', modeInfo)), 3: u64('sequence') }
const fee: Schema = { 1: list(message('amount', coin)), 2: u64('gas_limit'), 3: text('payer'), 4: text('granter') }
const tip: Schema = { 1: list(message('amount', coin)), 2: text('tipper') }
export const authInfo: Schema = { 1: list(message('signer_infos', signer)), 2: maybe(message('fee', fee)), 3: maybe(message('tip', tip)) }
export const multisig = '/cosmos.crypto.multisig.LegacyAminoPubKey'
/** The keys that sign transactions. */
export const keyTypes = [
  '/cosmos.crypto.secp256k1.PubKey', '/cosmos.crypto.ed25519.PubKey', '/cosmos.crypto.mldsa65.PubKey',
  '/cosmos.crypto.secp256k1eth.PubKey', multisig,
]
export const publicKey: Schema = { 1: bytes('key') }
export const messageData: Schema = { 2: list(message('msg_responses', any)) }
const payment: Schema = { 1: work('work'), 2: message('amount', coin) }

/** Messages that can be told of: what they ask, where a failed one or what it pays has to be read, and what they answer. */
export const messages: { [type: string]: { asked?: Schema; answer: Schema } } = {
  '/stemma.royalty.v1.MsgPay': { asked: { 1: text('payer'), 2: work('work'), 3: message('amount', coin) }, answer: { 1: u64('epoch') } },
  '/stemma.royalty.v1.MsgPayMany': {
    asked: { 1: text('payer'), 2: list(message('payments', payment)) },
    answer: { 1: list(u64('epochs')) },
  },
  '/stemma.royalty.v1.MsgWithdraw': {
    asked: { 1: text('account'), 2: list(text('denoms')) },
    answer: { 1: list(message('amount', coin)) },
  },
  '/stemma.royalty.v1.MsgSettle': { answer: {} },
  '/stemma.royalty.v1.MsgAssignShares': { answer: { 1: u32('holders_version') } },
  '/stemma.license.v1.MsgAcquire': {
    asked: {
      1: text('licensee'), 2: work('work'), 3: terms('terms'), 4: u64('serial'), 5: maybe(message('max_fee', coin)), 6: u32('max_rate'),
      7: work('derivative'), 8: work('uses_of'), 9: message('seen', conditions),
    },
    answer: {
      1: grant('grant'), 2: maybe(message('fee', coin)), 3: maybe(time('expires_at')), 4: u32('serves'), 5: u64('epoch'), 6: u64('uses_paid'),
    },
  },
  '/stemma.license.v1.MsgPublishTerms': { answer: { 1: terms('id') } },
  '/stemma.license.v1.MsgOffer': { answer: { 1: list(text('warnings')) } },
  '/stemma.license.v1.MsgCloseOffer': { answer: {} },
  '/stemma.license.v1.MsgApprove': { answer: {} },
  '/stemma.lineage.v1.MsgDerive': {
    answer: {
      1: u32('generation'), 2: u32('absolute'), 3: u32('relative'), 4: list(message('notices', notice)), 5: u32('declaration'),
      6: list(work('waits_for')), 7: u32('others'), 8: list(message('grants', servingGrant)),
    },
  },
  '/stemma.registry.v1.MsgRegister': { answer: { 1: list(work('works')) } },
  '/stemma.registry.v1.MsgRevise': { answer: { 1: u32('version') } },
  '/stemma.registry.v1.MsgAnchor': { answer: {} },
  '/stemma.registry.v1.MsgProveAnchor': { answer: { 1: message('claimed_since', priority), 2: maybe(message('placed_at', priority)) } },
}
