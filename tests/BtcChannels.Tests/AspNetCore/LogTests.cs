using System.Reflection;
using BtcChannels.AspNetCore;
using Microsoft.Extensions.Logging;

namespace BtcChannels.Tests.AspNetCore;

public sealed class LogTests
{
    [Fact]
    public void No_two_messages_have_one_number()
    {
        var numbers = typeof(Log).GetMethods().Select(it => it.GetCustomAttribute<LoggerMessageAttribute>()?.EventId).Where(it => it is not null).ToList();

        Assert.True(numbers.Count > 20, $"{numbers.Count} messages");
        Assert.Equal(numbers.Count, numbers.Distinct().Count());
    }
}
