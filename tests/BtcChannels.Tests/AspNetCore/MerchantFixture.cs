namespace BtcChannels.Tests.AspNetCore;

/// <summary>A merchant for many tests that all leave him as he was: one that has an open channel, with 1,234 sat paid.</summary>
public sealed class MerchantFixture : IAsyncLifetime
{
    public const long Paid = 1_234;

    private long _version;

    public MerchantApp App { get; private set; } = null!;

    public TestCustomer Customer { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        App = await MerchantApp.StartAsync();
        Customer = await TestCustomer.OpenAsync(App, Paid);
        _version = (await App.ChannelAsync(Customer.Id)).Version;
    }

    /// <summary>No row has come, none has changed.</summary>
    public async Task AssertUntouchedAsync() => Assert.Equal((1, _version), (await App.CountAsync(), (await App.ChannelAsync(Customer.Id)).Version));

    public async Task DisposeAsync() => await App.DisposeAsync();
}
