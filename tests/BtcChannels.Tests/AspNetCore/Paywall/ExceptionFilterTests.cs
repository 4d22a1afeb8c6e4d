using BtcChannels.AspNetCore.Paywall;
using BtcChannels.Paywall;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.Extensions.DependencyInjection;

namespace BtcChannels.Tests.AspNetCore.Paywall;

/// <summary>Makes an answer of what an action throws: by its message, the status.</summary>
public sealed class ToldAttribute : ExceptionFilterAttribute
{
    public override void OnException(ExceptionContext context)
    {
        if (int.TryParse(context.Exception.Message, out var status)) context.Result = new ObjectResult("told") { StatusCode = status };
    }
}

#pragma warning disable CA1822 // Actions are instance methods.
[ApiController, Route("workshop"), RequirePayment("3"), Told]
public sealed class WorkshopController : ControllerBase
{
    [HttpGet("work")]
    public string Work(string? fault) => fault is null ? "work" : throw new InvalidOperationException(fault);

    [HttpGet("by/{unit}"), RequirePayment("1", Unit = "part", IsMetered = true)]
    public async Task<string> By(string unit) => await HttpContext.PaymentMeter().ChargeAsync(4) ? throw new InvalidOperationException(unit) : "";
}
#pragma warning restore CA1822

/// <summary>A priced controller whose faults a filter of MVC's turns into answers, within the paywall: what counts is the answer.</summary>
public sealed class ExceptionFilterTests : PaywallTest
{
    protected override void Add(IServiceCollection services) => services.AddControllers().AddApplicationPart(typeof(WorkshopController).Assembly);

    protected override void Map(WebApplication web)
    {
        web.UseExceptionHandler(it => it.Run(_ => Task.CompletedTask));
        web.MapControllers();
    }

    [Theory]
    [InlineData("", 200, 3_000)]
    [InlineData("?fault=500", 500, 0)]
    [InlineData("?fault=503", 503, 0)]
    [InlineData("?fault=404", 404, 0)]
    [InlineData("?fault=200", 200, 3_000)]       // the filter says that all is well
    [InlineData("?fault=unheard-of", 500, 0)]    // no filter's
    public async Task A_fault_that_a_filter_tells_is_not_charged(string query, int status, long spent)
    {
        using (var answer = await Customer.PayAsync("/workshop/work" + query, 1_000))
        {
            Assert.Equal(status, (int)answer.StatusCode);
            Assert.Equal(spent > 0, answer.Headers.Contains(PaymentScheme.ReceiptHeader) && PaywallCustomer.ReceiptIn(answer).Spent.Value > 0);
        }
        await BalanceBecomesAsync(1_000, spent);
    }

    [Theory]
    [InlineData("500", 500)]
    [InlineData("unheard-of", 500)]
    public async Task Metered_units_that_were_not_delivered_are_not_charged_either(string unit, int status)
    {
        using (var answer = await Customer.PayAsync($"/workshop/by/{unit}", 1_000)) Assert.Equal(status, (int)answer.StatusCode);
        await BalanceBecomesAsync(1_000, 0);
    }
}
