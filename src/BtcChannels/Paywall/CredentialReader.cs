using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace BtcChannels.Paywall;

/// <summary>
/// Reads a credential's JSON in one pass and without a document: a merchant reads thousands of vouchers a second. Members may come in any order, so the payload's are kept as
/// they stand and judged at the end.
/// </summary>
internal ref struct CredentialReader
{
    public const string Open = "open";
    public const string Voucher = "voucher";
    public const string Close = "close";

    private Utf8JsonReader _json;
    private PayloadFields _fields;
    private bool _isDoubled;

    public static CredentialFault Read(ReadOnlySpan<byte> utf8, out PaymentCredential? credential)
    {
        credential = null;
        if (!Utf8.IsValid(utf8)) return CredentialFault.NotJson;
        var reader = new CredentialReader { _json = new(utf8) };
        try
        {
            return reader.ReadAll(out credential);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            return CredentialFault.NotJson;   // a stranger's text: no JSON, or an escape that is half a surrogate pair
        }
    }

    private CredentialFault ReadAll(out PaymentCredential? credential)
    {
        credential = null;
        PaymentChallenge? challenge = null;
        string? source = null;
        var (hasChallenge, hasPayload, hasSource, isSource) = (false, false, false, true);
        if (!_json.Read() || _json.TokenType != JsonTokenType.StartObject) return CredentialFault.NotJson;
        while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            if (_json.ValueTextEquals("challenge"u8))
            {
                Once(ref hasChallenge);
                challenge = ReadChallenge();
            }
            else if (_json.ValueTextEquals("payload"u8))
            {
                Once(ref hasPayload);
                ReadPayload();
            }
            else if (_json.ValueTextEquals("source"u8))
            {
                Once(ref hasSource);
                isSource = TryReadText(out source);
            }
            else
            {
                SkipValue();
            }
        }
        if (_json.Read() || _isDoubled || !isSource) return CredentialFault.NotJson;
        if (challenge is null) return CredentialFault.Challenge;
        if (!hasPayload) return CredentialFault.Payload;
        // What another method's payload has to be is not ours to say.
        var payload = challenge.IsBitcoinSession ? _fields.Judge() : _fields.Unsupported();
        if (payload is null) return CredentialFault.Payload;
        credential = new(challenge, payload, source);
        return CredentialFault.None;
    }

    private PaymentChallenge? ReadChallenge()
    {
        _json.Read();
        if (_json.TokenType != JsonTokenType.StartObject)
        {
            _json.Skip();
            return null;
        }
        string? id = null, realm = null, method = null, intent = null, request = null, expires = null, digest = null, description = null, opaque = null;
        var isWell = true;
        while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            if (_json.ValueTextEquals("id"u8)) isWell &= Take(ref id);
            else if (_json.ValueTextEquals("realm"u8)) isWell &= Take(ref realm);
            else if (_json.ValueTextEquals("method"u8)) isWell &= Take(ref method, PaymentScheme.Method);
            else if (_json.ValueTextEquals("intent"u8)) isWell &= Take(ref intent, PaymentScheme.Intent);
            else if (_json.ValueTextEquals("request"u8)) isWell &= Take(ref request);
            else if (_json.ValueTextEquals("expires"u8)) isWell &= Take(ref expires);
            else if (_json.ValueTextEquals("digest"u8)) isWell &= Take(ref digest);
            else if (_json.ValueTextEquals("description"u8)) isWell &= Take(ref description);
            else if (_json.ValueTextEquals("opaque"u8)) isWell &= Take(ref opaque);
            else SkipValue();
        }
        return isWell && id is not null && realm is not null && method is not null && intent is not null && request is not null
            ? new(id, realm, method, intent, request, expires, digest, description, opaque)
            : null;
    }

    private void ReadPayload()
    {
        _json.Read();
        if (_json.TokenType != JsonTokenType.StartObject)
        {
            _fields.IsBroken = true;
            _json.Skip();
            return;
        }
        while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            if (_json.ValueTextEquals("action"u8)) Take(ref _fields.Action);
            else if (_json.ValueTextEquals("channelId"u8)) Take(ref _fields.ChannelId);
            else if (_json.ValueTextEquals("cumulativeAmount"u8)) Take(ref _fields.CumulativeAmount);
            else if (_json.ValueTextEquals("signature"u8)) Take(ref _fields.Signature);
            else if (_json.ValueTextEquals("offer"u8)) Take(ref _fields.Offer);
            else if (_json.ValueTextEquals("depositTx"u8)) Take(ref _fields.DepositTx);
            else if (_json.ValueTextEquals("customerKey"u8)) Take(ref _fields.CustomerKey);
            else if (_json.ValueTextEquals("changeScript"u8)) Take(ref _fields.ChangeScript);
            else if (_json.ValueTextEquals("authorization"u8)) Take(ref _fields.Authorization);
            else if (_json.ValueTextEquals("expiry"u8)) Take(ref _fields.Expiry);
            else if (_json.ValueTextEquals("time"u8)) Take(ref _fields.Time);
            else SkipValue();
        }
    }

    private bool Take(ref string? text, string? usual = null)
    {
        _isDoubled |= text is not null;
        _json.Read();
        if (_json.TokenType != JsonTokenType.String)
        {
            _json.Skip();
            return false;
        }
        // Most are the usual one, which needs no string of its own.
        text = usual is not null && _json.ValueTextEquals(usual) ? usual : _json.GetString();
        return true;
    }

    private void Take(ref Field field)
    {
        _isDoubled |= field.Type != JsonTokenType.None;
        _json.Read();
        field = new()
        {
            Type = _json.TokenType,
            Utf8 = _json.TokenType is JsonTokenType.String && _json.ValueIsEscaped ? Encoding.UTF8.GetBytes(_json.GetString()!) : _json.ValueSpan,
        };
        _json.Skip();
    }

    private bool TryReadText(out string? text)
    {
        _json.Read();
        text = _json.TokenType == JsonTokenType.String ? _json.GetString() : null;
        _json.Skip();
        return text is not null;
    }

    private void SkipValue()
    {
        _json.Read();
        _json.Skip();
    }

    private void Once(ref bool has)
    {
        _isDoubled |= has;
        has = true;
    }
}

/// <summary>A member's value as it stands.</summary>
internal ref struct Field
{
    public JsonTokenType Type;
    public ReadOnlySpan<byte> Utf8;
}
