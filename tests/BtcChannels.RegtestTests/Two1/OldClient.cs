using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using BtcChannels.Regtest;
using NBitcoin;
using NBitcoin.RPC;
using Secp256k1;

namespace BtcChannels.RegtestTests.Two1;

/// <summary>
/// A client as 21's was, from its protocol alone: it knows nothing of this project's channels. Forms for all, DELETE among them; lower-case headers; whatever is not 200 has failed.
/// </summary>
internal sealed class OldClient(Uri merchant, RPCClient wallet) : IDisposable
{
    private const long MinOutput = 3_000;

    private readonly HttpClient _http = new() { BaseAddress = merchant, Timeout = TimeSpan.FromSeconds(30) };
    private byte[] _script = [];
    private OutPoint _deposit = null!;
    private long _value;

    public Key Key { get; } = new();

    public byte[] MerchantKey { get; private set; } = [];

    public long Expiry { get; private set; }

    public long Fee { get; init; } = 125_000;

    public Transaction DepositTransaction { get; private set; } = null!;

    public OutPoint Deposit => _deposit;

    public string Channel => $"/payment/{_deposit.Hash}";

    public void Dispose()
    {
        Key.Dispose();
        _http.Dispose();
    }

    /// <summary>Asks for the merchant's key, makes a deposit and shows it; it is not broadcast.</summary>
    public async Task<(int Status, string Body)> OpenAsync(long deposit = 100_000, long seconds = 691_200)
    {
        await PrepareAsync(deposit, seconds);
        return await SendAsync("POST", "/payment", ("deposit_tx", DepositTransaction.ToHex()), ("redeem_script", Convert.ToHexStringLower(_script)));
    }

    public async Task PrepareAsync(long deposit = 100_000, long seconds = 691_200)
    {
        var info = JsonDocument.Parse(Success(await SendAsync("GET", "/payment"))).RootElement;
        if (info.GetProperty("version").GetInt32() != 2) throw new InvalidOperationException("Unsupported protocol version");
        MerchantKey = Convert.FromHexString(info.GetProperty("public_key").GetString()!);
        Expiry = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + seconds;
        _script = [0x63, 0x21, .. MerchantKey, 0xad, 0x67, 0x04, .. BitConverter.GetBytes((uint)Expiry), 0xb1, 0x75, 0x68, 0x21, .. Key.PubKey.ToBytes(), 0xac];
        _value = deposit + MinOutput + Fee;
        var output = new Script([0xa9, 0x14, .. new Script(_script).Hash.ToBytes(), 0x87]);
        var wanted = Transaction.Create(Network.RegTest);
        wanted.Outputs.Add(new TxOut(Money.Satoshis(_value), output));
        var funded = await wallet.FundRawTransactionAsync(wanted, new FundRawTransactionOptions { LockUnspents = true });
        DepositTransaction = (await wallet.SignRawTransactionWithWalletAsync(new SignRawTransactionRequest { Transaction = funded.Transaction })).SignedTransaction;
        _deposit = new OutPoint(DepositTransaction.GetHash(), DepositTransaction.Outputs.FindIndex(it => it.ScriptPubKey == output));
    }

    /// <summary>The half-signed payment, field by field.</summary>
    public Transaction Payment(long total)
    {
        var payment = Transaction.Create(Network.RegTest);
        payment.Version = 1;
        payment.Inputs.Add(new TxIn(_deposit) { Sequence = new Sequence(0xffff_ffff) });
        payment.Outputs.Add(new TxOut(Money.Satoshis(total), PayTo(new PubKey(MerchantKey))));
        payment.Outputs.Add(new TxOut(Money.Satoshis(_value - Fee - total), PayTo(Key.PubKey)));
        var signature = Sign(payment.GetSignatureHash(new Script(_script), 0, SigHash.All).ToBytes());
        payment.Inputs[0].ScriptSig = new Script([(byte)(signature.Length + 1), .. signature, 0x01, 0x51, 0x4c, (byte)_script.Length, .. _script]);
        return payment;
    }

    public Task<(int Status, string Body)> PayAsync(Transaction payment) => SendAsync("PUT", Channel, ("payment_tx", payment.ToHex()));

    public Task<(int Status, string Body)> StatusAsync() => SendAsync("GET", Channel);

    public Task<(int Status, string Body)> CloseAsync() =>
        SendAsync("DELETE", Channel, ("signature", Convert.ToHexStringLower(Sign(SHA256.HashData(Encoding.ASCII.GetBytes(_deposit.Hash.ToString()))))));

    /// <summary>Asks for something, and pays what it costs.</summary>
    /// <param name="total">What is paid in all by then, from what is paid for it.</param>
    public async Task<string> BuyAsync(string path, Func<long, long> total)
    {
        using var asked = await _http.GetAsync(new Uri(path, UriKind.Relative));
        if ((int)asked.StatusCode != 402) throw new InvalidOperationException($"It costs nothing: {asked.StatusCode}");
        var price = long.Parse(asked.Headers.GetValues("price").Single(), CultureInfo.InvariantCulture);
        var server = asked.Headers.GetValues("bitcoin-payment-channel-server").Single();
        if (server != $"{merchant.GetLeftPart(UriPartial.Authority)}/payment") throw new InvalidOperationException($"Another server: {server}");
        var token = Member(Success(await PayAsync(Payment(total(price)))), "payment_txid");
        return Success(await GetWithTokenAsync(path, token, price));
    }

    public async Task<(int Status, string Body)> GetWithTokenAsync(string path, string token, long price)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("bitcoin-payment-channel-token", token);
        request.Headers.TryAddWithoutValidation("price", price.ToString(CultureInfo.InvariantCulture));
        using var answer = await _http.SendAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    public async Task<(int Status, HttpResponseMessage Answer)> GetAsync(string path)
    {
        var answer = await _http.GetAsync(new Uri(path, UriKind.Relative));
        return ((int)answer.StatusCode, answer);
    }

    public static string Success((int Status, string Body) answer) =>
        answer.Status == (int)HttpStatusCode.OK ? answer.Body : throw new InvalidOperationException($"Server: Status Code {answer.Status}, {answer.Body}");

    public static string Member(string json, string name) => JsonDocument.Parse(json).RootElement.GetProperty(name).GetString()!;

    private byte[] Sign(byte[] hash)
    {
        if (!SecretKey.TryCreate(Key.ToBytes(), out var secret)) throw new InvalidOperationException("Not a key");
        using (secret) return secret.Sign(hash).ToDer();
    }

    private static Script PayTo(PubKey key) => new([0x76, 0xa9, 0x14, .. key.Hash.ToBytes(), 0x88, 0xac]);

    private async Task<(int Status, string Body)> SendAsync(string method, string path, params (string Name, string Value)[] fields)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (fields.Length > 0)
        {
            request.Content = new StringContent(string.Join('&', fields.Select(it => $"{it.Name}={it.Value}")));
            request.Content.Headers.ContentType = new("application/x-www-form-urlencoded");
        }
        using var answer = await _http.SendAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
