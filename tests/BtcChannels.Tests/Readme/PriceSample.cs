using System.Globalization;
using BtcChannels.AspNetCore.Paywall;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace BtcChannels.Tests.Readme;

internal static class PriceSample
{
    public static void Map(WebApplication app)
    {
        // sample
        app.MapGet("/song", () => "la la la").RequirePayment(25.Sat());
        app.MapGroup("/news").RequirePayment(0.25m.Sat(), terms => terms.FreePerDay = 10).MapGet("/{id}", (string id) => $"article {id}");
        app.MapGet("/scan/{pages:int}", (int pages) => $"{pages} pages").RequirePayment(http => 2.Sat().Times(int.Parse((string)http.GetRouteValue("pages")!, CultureInfo.InvariantCulture)));
        app.MapGet("/chat", (Model model) => PaidEvents.OfTokens(model.AnswerAsync())).RequireMeteredPayment(0.01m.Sat(), "token");
        // end of sample
    }

    /// <summary>Says something.</summary>
    internal sealed class Model
    {
        private readonly string _story = "Once upon a time";

        public async IAsyncEnumerable<(string Text, int Tokens)> AnswerAsync()
        {
            await Task.Yield();
            yield return (_story[..9], 2);
            yield return (_story[9..], 2);
        }
    }
}
