using System.Globalization;
using System.Net;
using BtcChannels.AspNetCore.Paywall;
using BtcChannels.Paywall;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace BtcChannels.Tests.AspNetCore.Paywall;

#pragma warning disable CA1822 // Actions are instance methods.
[ApiController, Route("shelf"), RequirePayment("3")]
public sealed class ShelfController : ControllerBase
{
    [HttpGet("book")]
    public string Book() => "book";

    [HttpGet("page"), RequirePayment("0.25", Unit = "page", Description = "A page")]
    public string Page() => "page";

    [HttpGet("torn")]
    public string Torn() => throw new InvalidOperationException("torn");

    [HttpGet("none")]
    public IActionResult None() => NotFound();

    [HttpGet("lines"), RequirePayment("1", Unit = "line", IsMetered = true)]
    public async Task<string> Lines() => await HttpContext.PaymentMeter().ChargeAsync(4) ? "four lines" : "";
}

[Route("open")]
public sealed class OpenController : ControllerBase
{
    [HttpGet("sample")]
    public string Sample() => "sample";
}
#pragma warning restore CA1822

/// <summary>What is asked for what, and that it is asked once.</summary>
public sealed class PriceTests : PaywallTest
{
    protected override void Add(IServiceCollection services) => services.AddControllers().AddApplicationPart(typeof(ShelfController).Assembly);

    protected override void Map(WebApplication web)
    {
        web.UseExceptionHandler(it => it.Run(_ => Task.CompletedTask));
        web.MapGet("/tiny", () => "tiny").RequirePayment(0.001m.Sat());
        web.MapGet("/free", (IPaymentMeter meter) => $"{meter.UnitPrice}").RequirePayment(0.Sat());
        web.MapGet("/pages/{count:int}", (int count) => $"{count} pages").RequirePayment(async http =>
        {
            await Task.Yield();
            return 2.Sat().Times(int.Parse((string)http.GetRouteValue("count")!, CultureInfo.InvariantCulture));
        });
        web.Map("/sample", () => Serve("sample")).RequirePayment(25.Sat(), it => it.FreePerDay = 2);
        var shop = web.MapGroup("/shop").RequirePayment(10.Sat());
        shop.MapGet("/plain", () => "plain");
        shop.MapGet("/own", () => "own").RequirePayment(7.Sat());
        shop.MapGet("/given", () => "given").RequirePayment(MilliSatoshi.Zero);
        shop.MapGroup("/inner").RequirePayment(5.Sat()).MapGet("/thing", () => "thing");
        web.MapControllers();
        web.MapGroup("/priced").RequirePayment(50.Sat()).MapControllers();
        web.MapGroup("/also").MapControllers().RequirePayment(40.Sat());
    }

    [Theory]
    [InlineData("/tiny", 1)]
    [InlineData("/pages/1", 2_000)]
    [InlineData("/pages/30", 60_000)]
    [InlineData("/shop/plain", 10_000)]
    [InlineData("/shop/own", 7_000)]
    [InlineData("/shop/inner/thing", 5_000)]
    [InlineData("/shelf/book", 3_000)]
    [InlineData("/shelf/page", 250)]
    [InlineData("/shelf/lines", 4_000)]
    [InlineData("/priced/shelf/book", 3_000)]
    [InlineData("/priced/shelf/page", 250)]
    [InlineData("/priced/open/sample", 50_000)]
    [InlineData("/also/shelf/book", 3_000)]
    [InlineData("/also/shelf/page", 250)]
    [InlineData("/also/open/sample", 40_000)]
    public async Task The_innermost_price_is_asked_and_charged_once(string path, long msat)
    {
        using (var paid = await Customer.PayAsync(path, 1_000)) Assert.True(paid.IsSuccessStatusCode, $"{paid.StatusCode}: {await paid.Content.ReadAsStringAsync()}");
        await BalanceBecomesAsync(1_000, msat);
        using (var again = await Customer.PayAsync(path, 1_000)) Assert.True(again.IsSuccessStatusCode);
        await BalanceBecomesAsync(1_000, 2 * msat);
    }

    [Theory]
    [InlineData("/free", "0 msat")]
    [InlineData("/pages/0", "0 pages")]
    [InlineData("/shop/given", "given")]
    [InlineData("/open/sample", "sample")]
    public async Task What_costs_nothing_is_let_through(string path, string answer)
    {
        using var free = await Customer.SendAsync(path, (string?)null);
        Assert.Equal(answer, await free.Content.ReadAsStringAsync());
        Assert.False(free.Headers.Contains(PaymentScheme.ReceiptHeader));
    }

    [Theory]
    [InlineData("/shelf/torn", HttpStatusCode.InternalServerError)]
    [InlineData("/shelf/none", HttpStatusCode.NotFound)]
    [InlineData("/priced/shelf/torn", HttpStatusCode.InternalServerError)]
    public async Task An_action_that_fails_is_not_charged(string path, HttpStatusCode status)
    {
        using var failed = await Customer.PayAsync(path, 1_000);
        Assert.Equal(status, failed.StatusCode);
        await BalanceBecomesAsync(1_000, 0);
    }

    [Fact]
    public async Task A_price_of_the_request_binds_its_challenge()
    {
        using var refused = await Customer.PayAsync("/pages/30", await Customer.ChallengeAsync("/pages/1"), 1_000);
        await AssertRefusedAsync(refused, 402, PaymentProblems.InvalidChallenge);
    }

    [Fact]
    public async Task So_many_a_day_are_free_whatever_the_method_is_called()
    {
        async Task<HttpStatusCode> AskAsync(string method)
        {
            using var answer = await Customer.SendAsync("/sample", (string?)null, new HttpMethod(method));
            return answer.StatusCode;
        }

        Assert.Equal(HttpStatusCode.OK, await AskAsync("GET"));
        Assert.Equal(HttpStatusCode.OK, await AskAsync("ONE"));
        Assert.Equal(HttpStatusCode.PaymentRequired, await AskAsync("TWO"));
        Assert.Equal(HttpStatusCode.PaymentRequired, await AskAsync("GET"));
        Assert.Equal(2, Served);
        using (var paid = await Customer.PayAsync("/sample", 1_000)) Assert.Equal(HttpStatusCode.OK, paid.StatusCode);

        await App.WaitAsync(TimeSpan.FromDays(1));
        Assert.Equal(HttpStatusCode.OK, await AskAsync("GET"));
    }

    [Fact]
    public void Of_what_is_free_each_address_has_its_own()
    {
        var free = new FreeRequests(App.Clock);
        var (one, other) = (BtcChannels.AspNetCore.ClientAddress.Of(IPAddress.Parse("192.0.2.1")), BtcChannels.AspNetCore.ClientAddress.Of(IPAddress.Parse("192.0.2.2")));
        Assert.True(free.TryUse("/a", one, 1));
        Assert.False(free.TryUse("/a", one, 1));
        Assert.True(free.TryUse("/a", other, 1));
        Assert.True(free.TryUse("/b", one, 1));
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("0.0001")]
    [InlineData("1 sat")]
    [InlineData("")]
    public void An_attribute_takes_a_price_and_nothing_else(string price) => Assert.Throws<ArgumentException>(() => new RequirePaymentAttribute(price));

    [Fact]
    public void Terms_that_no_challenge_can_carry_are_refused_before_any_request()
    {
        Action<PaymentTerms>[] wrong =
        [
            it => it.Unit = "", it => it.Unit = new string('u', 65), it => it.Unit = "\n", it => it.FreePerDay = -1, it => it.Description = new string('d', 501), it => it.Description = "M\u00fcller",
        ];
        Assert.All(wrong, set => Assert.Throws<ArgumentException>(() => set(new PaymentTerms(1.Sat()))));
        Assert.Throws<ArgumentException>(() => new RequirePaymentAttribute("1") { Description = "\u20ac" });
    }

    [Fact]
    public async Task Whatever_serves_in_anothers_place_is_not_left_unguarded()
    {
        await using var app = await MerchantApp.StartAsync(map: web => web.MapGet("/page", () => "free!").RequirePayment(1.Sat()).WithMetadata(new PageActionDescriptor()));
        using var failed = await app.Once.GetAsync(new Uri("/page", UriKind.Relative));
        Assert.Equal(HttpStatusCode.InternalServerError, failed.StatusCode);
        Assert.Contains(app.Log.Lines, it => it.Text.Contains("use [RequirePayment] on the page", StringComparison.Ordinal));
    }
}
