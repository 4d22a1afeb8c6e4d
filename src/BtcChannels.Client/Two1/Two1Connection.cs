using System.Net.Mime;
using System.Net;
using System.Text.Json.Serialization.Metadata;
using System.Text.Json;
using System.Text;
using BtcChannels.Two1;
using NBitcoin;

namespace BtcChannels.Client;

/// <summary>
/// One two1 door as its clients of 2015 speak to it: forms, also with DELETE, and nothing but 200 is a success. It never throws for what merchant or network do: only for
/// cancellation.
/// </summary>
internal sealed class Two1Connection(HttpClient http, string door, TimeSpan timeout, TimeProvider clock)
{
    public Task<MerchantReply<Two1Info>> InfoAsync(CancellationToken ct) => SendAsync(HttpMethod.Get, "", null, Two1Json.Default.Two1Info, ct);

    /// <summary>What a door answers beyond 200 is not looked at by 21's client either.</summary>
    public Task<MerchantReply<Two1Error>> OpenAsync(string deposit, Script redeemScript, CancellationToken ct) =>
        SendAsync(HttpMethod.Post, "", Form((Two1Fields.DepositTransaction, deposit), (Two1Fields.RedeemScript, Hex.Write(redeemScript.ToBytes()))), Two1Json.Default.Two1Error, ct);

    public Task<MerchantReply<Two1Status>> StatusAsync(uint256 deposit, CancellationToken ct) => SendAsync(HttpMethod.Get, $"/{deposit}", null, Two1Json.Default.Two1Status, ct);

    public Task<MerchantReply<Two1Paid>> PayAsync(uint256 deposit, Transaction halfSigned, CancellationToken ct) =>
        SendAsync(HttpMethod.Put, $"/{deposit}", Form((Two1Fields.PaymentTransaction, halfSigned.ToHex())), Two1Json.Default.Two1Paid, ct);

    public Task<MerchantReply<Two1Paid>> CloseAsync(uint256 deposit, Secp256k1.Signature signature, CancellationToken ct) =>
        SendAsync(HttpMethod.Delete, $"/{deposit}", Form((Two1Fields.Signature, Hex.Write(signature.ToDer()))), Two1Json.Default.Two1Paid, ct);

    private async Task<MerchantReply<T>> SendAsync<T>(HttpMethod method, string path, FormUrlEncodedContent? body, JsonTypeInfo<T> type, CancellationToken ct)
        where T : class
    {
        using var limit = new CancellationTokenSource(timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        using var request = new HttpRequestMessage(method, door + path) { Content = body };
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return Judge(response, await AnswerReading.BytesAsync(response, either.Token), type);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return new MerchantReply<T>.NoAnswer($"{door} did not answer within {timeout.TotalSeconds:0.###} seconds");
        }
        catch (Exception fault) when (ConnectionLoss.Is(fault))
        {
            return new MerchantReply<T>.NoAnswer($"{door} cannot be reached: {fault.Message}");
        }
    }

    private MerchantReply<T> Judge<T>(HttpResponseMessage response, byte[]? body, JsonTypeInfo<T> type)
        where T : class
    {
        var status = (int)response.StatusCode;
        if (response.StatusCode == HttpStatusCode.OK)
            return body is not null && Read(body, type) is { } answer
                ? new MerchantReply<T>.Success(answer)
                : new MerchantReply<T>.NoAnswer($"{door} answered with something that is not of 21's protocol");
        if (status < 400) return new MerchantReply<T>.NoAnswer($"{door} answered with status {status}, which means nothing in 21's protocol");
        var words = AnswerReading.Printable(WordsOf(response, body ?? []));
        return new MerchantReply<T>.Refused(new(Two1Refusals.ProblemOf(status, words), status, words, AnswerReading.RetryAfter(response, clock)));
    }

    /// <summary>A plain text, or in an object.</summary>
    private static string WordsOf(HttpResponseMessage response, byte[] body) =>
        response.Content.Headers.ContentType?.MediaType == MediaTypeNames.Application.Json && Read(body, Two1Json.Default.Two1Error)?.Error is { } error
            ? error
            : Encoding.UTF8.GetString(body).Trim();

    private static T? Read<T>(byte[] body, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(body, type);
        }
        catch (JsonException)
        {
            return null;   // said by the caller: the answer is none
        }
    }

    private static FormUrlEncodedContent Form(params (string Name, string Value)[] fields) => new(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
}
