using BtcChannels.Wire;
using static BtcChannels.PaymentRejection;

namespace BtcChannels.Tests.AspNetCore;

/// <summary>What a payment can be apart from right. One channel meets it all, and stays as it is.</summary>
public sealed class PaymentBodyTests(MerchantFixture merchant) : IClassFixture<MerchantFixture>, IAsyncLifetime
{
    private readonly TestCustomer _customer = merchant.Customer;

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => merchant.AssertUntouchedAsync();

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("zz")]
    [InlineData("{0}00")]                    // 65 bytes: with a hash type
    [InlineData("{0}01")]
    [InlineData("{0:63}")]
    [InlineData("DER")]
    [InlineData("upper")]
    [InlineData("r=0")]
    [InlineData("s=0")]
    [InlineData("r=n")]
    [InlineData("s=n")]
    [InlineData("all ones")]
    public async Task A_signature_that_is_not_64_bytes_of_two_numbers_in_range_is_malformed(string form)
    {
        var good = _customer.Payment(2_000).Signature;
        var order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
        var signature = form switch
        {
            "DER" => Hex.Write(_customer.Sign(2_000).Signature.ToDer()),
            "upper" => good.ToUpperInvariant(),
            "r=0" => new string('0', 64) + good[64..],
            "s=0" => good[..64] + new string('0', 64),
            "r=n" => order + good[64..],
            "s=n" => good[..64] + order,
            "all ones" => new string('f', 128),
            "{0:63}" => good[..126],
            _ => form.Replace("{0}", good, StringComparison.Ordinal),
        };
        using var answer = await _customer.TryPayAsync(new PaymentBody(2_000, signature));
        await answer.AssertIsAsync(Malformed);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("-9223372036854775808")]
    [InlineData("9223372036854775808")]
    [InlineData("18446744073709551616")]
    [InlineData("1000.0")]
    [InlineData("1e3")]
    [InlineData("\"1000\"")]
    [InlineData("null")]
    [InlineData("{}")]
    public async Task A_total_that_is_no_whole_number_above_zero_is_malformed(string total)
    {
        using var answer = await _customer.TryPayAsync(TestCustomer.Json($$"""{"totalSat":{{total}},"signature":"{{_customer.Payment(2_000).Signature}}"}"""));
        await answer.AssertIsAsync(Malformed);
    }

    [Theory]
    [InlineData(100_001)]
    [InlineData(2_100_000_000_000_000)]
    [InlineData(9_223_372_036_854_775)]
    [InlineData(9_223_372_036_854_776)]      // times a thousand it is no 64-bit number any more
    [InlineData(long.MaxValue)]
    public async Task A_huge_total_is_over_capacity(long total)
    {
        using var answer = await _customer.TryPayAsync(_customer.Payment(2_000) with { TotalSat = total });
        await answer.AssertIsAsync(TotalOverCapacity);
    }

    [Theory]
    [InlineData("{\"totalSat\":1000}")]
    [InlineData("{\"signature\":\"\"}")]
    [InlineData("{\"totalSat\":1000,\"totalSat\":1000,\"signature\":\"\"}")]
    [InlineData("{\"totalSat\":1000,\"signature\":\"\",\"tip\":1}")]
    [InlineData("{\"TotalSat\":1000,\"signature\":\"\"}")]
    [InlineData("{\"totalSat\":1000,\"signature\":null}")]
    [InlineData("null")]
    [InlineData("")]
    public async Task A_body_that_is_no_payment_is_malformed(string json)
    {
        using var answer = await _customer.TryPayAsync(TestCustomer.Json(json));
        await answer.AssertIsAsync(Malformed);
    }

    [Theory]
    [InlineData("upper case")]
    [InlineData("another output")]
    [InlineData("leading zero")]
    [InlineData("plus")]
    [InlineData("no output")]
    [InlineData("too large an output")]
    [InlineData("garbage")]
    public async Task A_channel_has_one_spelling(string what)
    {
        var id = _customer.Id.ToString();
        var other = what switch
        {
            "upper case" => id.ToUpperInvariant(),
            "another output" => id[..^1] + "1",
            "leading zero" => id[..^1] + "00",
            "plus" => id[..^1] + "+0",
            "no output" => id[..^2],
            "too large an output" => id[..^1] + "4294967296",
            _ => "x",
        };
        using var answer = await merchant.App.Once.PostAsync(new Uri($"/channels/v1/channels/{other}/payments", UriKind.Relative), TestCustomer.JsonOf(_customer.Payment(2_000)));
        await answer.AssertIsAsync(ChannelUnknown);
    }
}
