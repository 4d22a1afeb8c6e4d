using System.Reflection;
using BtcChannels.Storage;

namespace BtcChannels.Tests.AspNetCore.Paywall;

/// <summary>A store that a test can answer for.</summary>
public class SpiedStore : DispatchProxy
{
    private IMerchantStore _inner = null!;

    /// <summary>What is answered instead of the store's own answer; null leaves that to the store. Exceptions come out as they are.</summary>
    public Func<string, object?[], object?>? Instead { get; set; }

    /// <summary>The store behind it.</summary>
    public IMerchantStore Inner => _inner;

    public static (IMerchantStore Store, SpiedStore Spy) Of(IMerchantStore inner)
    {
        var store = Create<IMerchantStore, SpiedStore>();
        var spy = (SpiedStore)(object)store;
        spy._inner = inner;
        return (store, spy);
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        Instead?.Invoke(targetMethod!.Name, args!) ?? targetMethod!.Invoke(_inner, BindingFlags.DoNotWrapExceptions, null, args, null);
}
