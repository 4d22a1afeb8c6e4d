using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;

namespace BtcChannels.Tests.AspNetCore.Two1;

public sealed class Two1DoorTests
{
    [Fact]
    public async Task The_door_is_mapped_once_on_the_app_itself_and_where_it_can_be_called()
    {
        await using var app = await MerchantApp.StartAsync(map: web =>
        {
            Assert.Throws<ArgumentException>(() => web.MapGroup("/old").MapTwo1Channels());
            foreach (var path in (string[])["payment", "/", "/payment/", "/pay ment", ""]) Assert.Throws<ArgumentException>(() => web.MapTwo1Channels(path));
            web.MapTwo1Channels("/old/payment");
            Assert.Throws<ArgumentException>(() => web.MapTwo1Channels("/again"));
        });
        using var answer = await app.Http.GetAsync(new Uri("/old/payment", UriKind.Relative));
        Assert.True(answer.IsSuccessStatusCode);
    }
}
