using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using NBitcoin;
using Secp256k1;

namespace BtcChannels.Tests.Domain;

/// <summary>The 71 items collected of 21's code, tests and documents. Each is held by at least one of these tests; the last one counts them.</summary>
public class Two1VectorsTests
{
    private static readonly Lazy<IReadOnlyList<JsonElement>> s_items = new(() =>
        [.. Vectors.Shared("two1/vectors.json").GetProperty("groups").EnumerateArray().SelectMany(group => group.GetProperty("items").EnumerateArray())]);

    private static IReadOnlyList<JsonElement> Items => s_items.Value;

    private static IEnumerable<JsonElement> OfKind(params string[] kinds) => Items.Where(item => item.TryGetProperty("kind", out var kind) && kinds.Contains(kind.GetString()));

    private static IReadOnlyList<JsonElement> Transactions => [.. Items.Where(item => item.TryGetProperty("inputs", out _))];

    private static IReadOnlyList<JsonElement> Scripts => [.. Items.Where(item => item.TryGetProperty("hex", out _) && item.TryGetProperty("merchant_public_key", out _))];

    private static IReadOnlyList<JsonElement> Expiries => [.. Items.Where(item => item.TryGetProperty("two1_push_data", out _))];

    private static IReadOnlyList<JsonElement> Keys => [.. Items.Where(item => item.TryGetProperty("private_key", out _))];

    private static JsonElement Session(string label) => Items.Single(item => Label(item) == label);

    /// <summary>The private keys that are known, by public key.</summary>
    private static Dictionary<PubKey, Key> KnownKeys()
    {
        var keys = Keys.Select(item => item.Text("private_key"))
            .Append(Session("merchant_private_key").Text("value")).Append(Session("customer_private_key").Text("value"))
            .Select(hex => new Key(Convert.FromHexString(hex)));
        return keys.ToDictionary(key => key.PubKey);
    }

    private static Transaction Read(JsonElement item) => Transaction.Parse(item.Text("hex"), Network.Main);

    private static bool SpendsChannel(JsonElement item) => item.GetProperty("inputs")[0].TryGetProperty("redeem_script", out _);

    private static string Label(JsonElement item) => item.TryGetProperty("label", out var label) ? label.GetString()! : "";

    /// <summary>The terms of a spend, its fee being what its outputs leave of the deposit; where the deposit is unknown, one that fits.</summary>
    private static (ChannelTerms Terms, Deposit Deposit) ChannelOf(Transaction spend)
    {
        Assert.True(RedeemScript.TryParse(SignedInput.RedeemScriptOf(spend), out var merchant, out var customer, out var expiry));
        var outPoint = spend.Inputs[0].PrevOut;
        var paid = spend.Outputs.Select(output => output.Value).Sum();
        var deposit = OfKind("deposit").Select(Read).FirstOrDefault(it => it.GetHash() == outPoint.Hash);
        var value = deposit is null ? paid + Money.Satoshis(10_000L) : deposit.Outputs[(int)outPoint.N].Value;
        var terms = new ChannelTerms(ChannelKind.P2sh, merchant, customer, expiry, value - paid);
        if (deposit is not null)
            Assert.Equal(new DepositSearch.Found(new Deposit(outPoint, value)), Deposit.Find(deposit, terms));
        return (terms, new Deposit(outPoint, value));
    }

    [SharedFact]
    public void Private_keys_have_the_public_keys_beside_them()
    {
        foreach (var item in Keys) Assert.Equal(item.Text("public_key"), new Key(Convert.FromHexString(item.Text("private_key"))).PubKey.ToHex());
        foreach (var who in (string[])["merchant", "customer"])
            Assert.Equal(Session($"{who}_public_key").Text("value"), new Key(Convert.FromHexString(Session($"{who}_private_key").Text("value"))).PubKey.ToHex());
    }

    [SharedFact]
    public void A_merchant_key_that_stands_alone_is_one()
    {
        var item = Items.Single(it => it.TryGetProperty("public_key", out _) && !it.TryGetProperty("private_key", out _));
        Assert.True(new PubKey(item.Text("public_key")).IsCompressed);
    }

    [SharedFact]
    public void Redeem_scripts_are_built_and_read_back()
    {
        Assert.Equal(4, Scripts.Count);
        foreach (var item in Scripts)
        {
            var (merchant, customer) = (new PubKey(item.Text("merchant_public_key")), new PubKey(item.Text("customer_public_key")));
            var expiry = new Expiry((uint)item.Number("expiration_time"));
            var script = RedeemScript.Build(merchant, customer, expiry);
            Assert.Equal(item.Text("hex"), script.ToHex());
            Assert.True(RedeemScript.TryParse(Script.FromHex(item.Text("hex")), out var readMerchant, out var readCustomer, out var readExpiry));
            Assert.Equal((merchant, customer, expiry), (readMerchant, readCustomer, readExpiry));
            Assert.Equal(item.Text("hash160"), Convert.ToHexStringLower(script.Hash.ToBytes()));
            Assert.Equal(item.Text("p2sh_mainnet"), script.Hash.ScriptPubKey.GetDestinationAddress(Network.Main).ToString());
            Assert.Equal(item.Text("p2sh_testnet"), script.Hash.ScriptPubKey.GetDestinationAddress(Network.TestNet).ToString());
            if (item.TryGetProperty("address_in_readme", out var address)) Assert.Equal(address.GetString(), item.Text("p2sh_mainnet"));
        }
    }

    [SharedFact]
    public void Transactions_are_read_field_by_field_and_written_back()
    {
        foreach (var item in Transactions)
        {
            var read = Read(item);
            Assert.Equal(item.Text("hex"), read.ToHex());
            Assert.Equal(item.Text("txid"), read.GetHash().ToString());
            Assert.Equal(item.Number("size"), read.ToBytes().Length);
            Assert.Equal(item.Number("version"), read.Version);
            Assert.Equal(item.Number("lock_time"), read.LockTime.Value);
            var inputs = read.Inputs.Select(it => (it.PrevOut.Hash.ToString(), (long)it.PrevOut.N, it.Sequence.Value.ToString("x8", CultureInfo.InvariantCulture), it.ScriptSig.ToHex()));
            Assert.Equal(item.GetProperty("inputs").EnumerateArray().Select(it => (it.Text("prev_txid"), it.Number("prev_index"), it.Text("sequence"), it.Text("script_sig"))), inputs);
            Assert.Equal(
                item.GetProperty("outputs").EnumerateArray().Select(it => (it.Number("value"), it.Text("script"))),
                read.Outputs.Select(it => (it.Value.Satoshi, it.ScriptPubKey.ToHex())));
        }
    }

    [SharedFact]
    public void Every_signature_in_a_transaction_verifies()
    {
        foreach (var item in Transactions)
        {
            var read = Read(item);
            if (!SpendsChannel(item))
            {
                SignedInput.HoldsKeyHashSignatures(read);
                continue;
            }
            var redeem = SignedInput.RedeemScriptOf(read);
            Assert.Equal(item.GetProperty("inputs")[0].Text("redeem_script"), redeem.ToHex());
            Assert.Equal(item.GetProperty("inputs")[0].Text("sighash_all"), Convert.ToHexStringLower(read.GetSignatureHash(redeem, 0, SigHash.All).ToBytes()));
            SignedInput.HoldsAllSignatures(read);
        }
    }

    [SharedFact]
    public void Payments_and_closes_are_built_byte_for_byte()
    {
        var keys = KnownKeys();
        var (half, full, signed) = (0, 0, 0);
        foreach (var item in Transactions.Where(it => SpendsChannel(it) && it.Number("lock_time") == 0))
        {
            var read = Read(item);
            var elements = SignedInput.Elements(read);
            var (terms, deposit) = ChannelOf(read);
            var (merchantScript, customerScript) = (terms.MerchantKey.Hash.ScriptPubKey, terms.CustomerKey.Hash.ScriptPubKey);
            var total = read.Outputs.Single(output => output.ScriptPubKey == merchantScript).Value;
            var payment = ChannelTransactions.Payment(deposit, CloseSplit.Of(deposit.Value, terms.CloseFee, total, merchantScript, customerScript), merchantScript, customerScript);

            // Where the key is known the signature is made here (RFC 6979, no grinding), where not it is taken from the transaction.
            var hash = ChannelTransactions.SignatureHash(payment, terms);
            Signature By(PubKey key, Op found) => keys.TryGetValue(key, out var secret) ? ChannelSigning.Sign(secret, hash) : SignedInput.SignatureOf(found);
            var customer = By(terms.CustomerKey, elements[0]);
            var built = elements.Count == 3
                ? ChannelTransactions.HalfSigned(payment, terms, customer)
                : ChannelTransactions.Close(payment, terms, customer, By(terms.MerchantKey, elements[1]));
            Assert.True(item.Text("hex") == built.ToHex(), Label(item));
            half += elements.Count == 3 ? 1 : 0;
            full += elements.Count == 4 ? 1 : 0;
            signed += keys.ContainsKey(terms.CustomerKey) ? 1 : 0;
        }
        Assert.True(half >= 16 && full >= 4 && signed >= 14, $"{half} half-signed, {full} closes, {signed} signed here");
    }

    [SharedFact]
    public void Refunds_are_signed_as_21_signs_them_and_ours_select_the_branch_with_no_bytes()
    {
        var keys = KnownKeys();
        var (built, older) = (0, 0);
        foreach (var item in Transactions.Where(it => SpendsChannel(it) && it.Number("lock_time") != 0))
        {
            var read = Read(item);
            var (terms, deposit) = ChannelOf(read);
            var elements = SignedInput.Elements(read);
            Assert.Equal("0100", Convert.ToHexStringLower(elements[1].ToBytes()));
            Assert.True(ChannelTransactions.IsRefund(read, deposit, terms), Label(item));
            if (read.Inputs[0].Sequence != new Sequence(0xffff_fffe))
            {
                Assert.Equal(0u, read.Inputs[0].Sequence.Value);
                older++;
                continue;
            }
            var unsigned = ChannelTransactions.UnsignedRefund(deposit, terms, terms.CloseFee, terms.CustomerKey.Hash.ScriptPubKey);
            var refund = ChannelTransactions.Refund(unsigned, terms, ChannelSigning.Sign(keys[terms.CustomerKey], ChannelTransactions.SignatureHash(unsigned, terms)));
            Assert.Equal("00", Convert.ToHexStringLower(SignedInput.Elements(refund)[1].ToBytes()));
            refund.Inputs[0].ScriptSig = new Script(SignedInput.Elements(refund).Select((op, index) => index == 1 ? elements[1] : op));
            Assert.Equal(item.Text("hex"), refund.ToHex());
            built++;
        }
        Assert.True(built >= 4 && older >= 3, $"{built} built, {older} older ones");
    }

    [SharedFact]
    public void Deposits_of_the_mock_wallet_are_built_byte_for_byte()
    {
        var coin = Items.Single(item => Label(item).StartsWith("coin the mock customer", StringComparison.Ordinal));
        var outPoint = new OutPoint(uint256.Parse(coin.Text("txid")), (uint)coin.Number("index"));
        var customer = KnownKeys()[new PubKey(Keys[0].Text("public_key"))];
        var built = 0;
        foreach (var item in OfKind("deposit").Where(it => Read(it).Inputs[0].PrevOut == outPoint))
        {
            var read = Read(item);
            var output = Assert.Single(read.Outputs);
            var deposit = Transaction.Create(Network.Main);
            deposit.Version = 1;
            deposit.Inputs.Add(new TxIn(outPoint) { Sequence = Sequence.Final });
            deposit.Outputs.Add(new TxOut(output.Value, output.ScriptPubKey));
            var signature = ChannelSigning.Sign(customer, deposit.GetSignatureHash(customer.PubKey.Hash.ScriptPubKey, 0, SigHash.All));
            deposit.Inputs[0].ScriptSig = new Script(Op.GetPushOp([.. signature.ToDer(), 0x01]), Op.GetPushOp(customer.PubKey.ToBytes()));
            Assert.Equal(item.Text("hex"), deposit.ToHex());
            built++;
        }
        Assert.True(built >= 4, $"{built} built");
    }

    [SharedFact]
    public void Close_signatures_sign_the_deposits_txid()
    {
        var keys = KnownKeys();
        var made = 0;
        foreach (var item in OfKind("close_signature"))
        {
            var hash = SHA256.HashData(Encoding.ASCII.GetBytes(item.Text("deposit_txid")));
            var key = new PubKey(item.Text("customer_public_key"));
            Assert.True(Signature.TryParseDer(Convert.FromHexString(item.Text("signature_der")), out var signature));
            Assert.True(PublicKey.TryParse(key.ToBytes(), out var point) && point.Verify(hash, signature), Label(item));
            if (!keys.TryGetValue(key, out var secret)) continue;
            Assert.Equal(item.Text("signature_der"), Convert.ToHexStringLower(ChannelSigning.Sign(secret, new uint256(hash)).ToDer()));
            made++;
        }
        Assert.True(made >= 4, $"{made} made");
    }

    [SharedFact]
    public void Payment_tokens_are_the_txids_of_the_half_signed_payments()
    {
        var tokens = Session("payment_tokens").GetProperty("value").EnumerateArray().Select(it => it.GetString()).ToList();
        Assert.Equal(tokens, Items.Where(item => item.TryGetProperty("token", out _)).Select(item => Read(item).GetHash().ToString()));
        Assert.Equal(tokens, Items.Where(item => item.TryGetProperty("token", out _)).Select(item => item.Text("token")));
    }

    [SharedFact]
    public void The_session_names_its_deposit_and_expiry()
    {
        var deposit = Items.Single(item => Label(item).StartsWith("deposit (100000 + 3000 + fee 125000", StringComparison.Ordinal));
        Assert.Equal(Session("deposit_txid").Text("value"), Read(deposit).GetHash().ToString());
        var spend = Items.First(item => item.TryGetProperty("token", out _));
        Assert.True(RedeemScript.TryParse(SignedInput.RedeemScriptOf(Read(spend)), out _, out _, out var expiry));
        Assert.Equal(Session("expiration_time").Number("value"), expiry.Value);
    }

    [SharedFact]
    public void The_outpoint_that_was_looked_up_is_spent_by_the_mainnet_close()
    {
        var lookup = OfKind("lookup").Single();
        var close = Read(OfKind("close").First(item => item.Text("txid") == lookup.Text("output_1_spent_by")));
        Assert.Equal(new OutPoint(uint256.Parse(lookup.Text("deposit_txid")), 1), close.Inputs[0].PrevOut);
    }

    [SharedFact]
    public void Expiry_pushes_are_minimal_script_numbers_where_21s_are_not()
    {
        foreach (var item in Expiries)
        {
            var expiry = new Expiry((uint)item.Number("expiration_time"));
            Assert.Equal(item.Text("minimal_script_number"), Convert.ToHexStringLower(expiry.Push.PushData));
            var two1 = Op.GetPushOp(Convert.FromHexString(item.Text("two1_push_data")));
            Assert.Equal(item.GetProperty("equal").GetBoolean(), Expiry.TryParse(two1, out var read));
            Assert.Equal(item.GetProperty("equal").GetBoolean() ? expiry : default, read);
        }
    }

    [SharedFact]
    public void All_71_items_are_of_a_sort_that_is_held_here()
    {
        var labels = new[] { "coin the mock customer", "merchant_p", "customer_p", "expiration_time", "deposit_txid", "payment_tokens" };
        bool IsHeld(JsonElement item) =>
            Transactions.Contains(item) || Expiries.Contains(item) || Keys.Contains(item) || item.TryGetProperty("public_key", out _)
            || Scripts.Contains(item) || OfKind("close_signature", "lookup", "note").Contains(item)
            || labels.Any(label => Label(item).StartsWith(label, StringComparison.Ordinal));
        Assert.Equal(71, Items.Count);
        Assert.All(Items, item => Assert.True(IsHeld(item), item.ToString()));
    }
}
