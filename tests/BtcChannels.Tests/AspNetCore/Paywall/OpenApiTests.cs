using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace BtcChannels.Tests.AspNetCore.Paywall;

/// <summary>What an app's OpenAPI document says of its prices, as the app serves it.</summary>
public sealed class OpenApiTests : PaywallTest
{
    protected override void Add(IServiceCollection services)
    {
        services.AddControllers().AddApplicationPart(typeof(ShelfController).Assembly);
        services.AddOpenApi("priced", it => it.AddPaywall());
        services.AddOpenApi("plain");
    }

    protected override void Map(WebApplication web)
    {
        web.MapOpenApi();
        web.MapGet("/song", () => "la").RequirePayment(0.25m.Sat(), it => it.Description = "A song");
        web.MapGet("/words", () => "la").RequirePayment(_ => 1.Sat(), it => it.Unit = "word");
        web.MapGroup("/shop").RequirePayment(10.Sat()).MapGet("/own", () => "own").RequirePayment(7.Sat());
        web.MapGet("/free", () => "free");
        web.MapControllers();
    }

    [Fact]
    public async Task Price_and_scheme_stand_in_the_document()
    {
        var document = JsonNode.Parse(await App.Once.GetStringAsync(new Uri("/openapi/priced.json", UriKind.Relative)))!;

        var scheme = document["components"]!["securitySchemes"]!["Payment"]!;
        Assert.Equal(("http", "Payment"), ((string?)scheme["type"], ((string?)scheme["scheme"])));
        var song = document["paths"]!["/song"]!["get"]!;
        Assert.Equal("""{"amount":"0.25","currency":"sat","unitType":"request","method":"bitcoin","intent":"session","description":"A song"}""", song["x-payment-info"]!.ToJsonString());
        Assert.NotNull(song["security"]![0]!["Payment"]);
        Assert.Equal("Payment required: 0.25 sat per request", (string?)song["responses"]!["402"]!["description"]);
        Assert.NotNull(song["responses"]!["402"]!["headers"]!["WWW-Authenticate"]);
        Assert.NotNull(song["responses"]!["200"]!["headers"]!["Payment-Receipt"]);
        var words = document["paths"]!["/words"]!["get"]!["x-payment-info"]!;
        Assert.Equal((null, "word"), ((string?)words["amount"], (string?)words["unitType"]));
        Assert.Equal("7", (string?)document["paths"]!["/shop/own"]!["get"]!["x-payment-info"]!["amount"]);
        Assert.Equal("3", (string?)document["paths"]!["/shelf/book"]!["get"]!["x-payment-info"]!["amount"]);
        Assert.Equal("0.25", (string?)document["paths"]!["/shelf/page"]!["get"]!["x-payment-info"]!["amount"]);
        Assert.Null(document["paths"]!["/free"]!["get"]!["x-payment-info"]);
        Assert.Null(document["paths"]!["/free"]!["get"]!["security"]);
    }

    [Fact]
    public async Task A_document_without_more_says_that_it_is_paid_for()
    {
        var document = JsonNode.Parse(await App.Once.GetStringAsync(new Uri("/openapi/plain.json", UriKind.Relative)))!;
        var responses = document["paths"]!["/shop/own"]!["get"]!["responses"]!;
        Assert.NotNull(responses["402"]!["content"]!["application/problem+json"]);
        Assert.NotNull(responses["200"]);
    }
}
