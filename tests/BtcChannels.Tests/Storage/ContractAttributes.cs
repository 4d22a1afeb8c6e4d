using Xunit.Abstractions;
using Xunit.Sdk;

namespace BtcChannels.Tests.Storage;

/// <summary>A fact of a contract: skipped, with the reason, in a class whose store is not to be had (<see cref="NeedsPostgresAttribute"/>).</summary>
[XunitTestCaseDiscoverer("BtcChannels.Tests.Storage.ContractFactDiscoverer", "BtcChannels.Tests")]
[AttributeUsage(AttributeTargets.Method)]
public sealed class ContractFactAttribute : FactAttribute;

/// <inheritdoc cref="ContractFactAttribute"/>
[XunitTestCaseDiscoverer("BtcChannels.Tests.Storage.ContractTheoryDiscoverer", "BtcChannels.Tests")]
[AttributeUsage(AttributeTargets.Method)]
public sealed class ContractTheoryAttribute : TheoryAttribute;

/// <summary>The class holds a contract for a store in PostgreSQL.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class NeedsPostgresAttribute : Attribute
{
    internal static bool IsMissing(ITestMethod method) =>
        PostgresFactAttribute.Reason is not null && method.TestClass.Class.GetCustomAttributes(typeof(NeedsPostgresAttribute).AssemblyQualifiedName).Any();
}

/// <summary>A fact that needs a PostgreSQL: skipped, with the reason, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PostgresFactAttribute : FactAttribute
{
    public PostgresFactAttribute() => Skip = Reason;

    public static string? Reason => TestPostgres.Server is null ? $"{TestPostgres.Variable} names no PostgreSQL: tests/run.sh starts one" : null;
}

/// <inheritdoc cref="PostgresFactAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PostgresTheoryAttribute : TheoryAttribute
{
    public PostgresTheoryAttribute() => Skip = PostgresFactAttribute.Reason;
}

public sealed class ContractFactDiscoverer(IMessageSink sink) : FactDiscoverer(sink)
{
    protected override IXunitTestCase CreateTestCase(ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo factAttribute) =>
        NeedsPostgresAttribute.IsMissing(testMethod)
            ? new SkippedContract(DiagnosticMessageSink, discoveryOptions.MethodDisplayOrDefault(), discoveryOptions.MethodDisplayOptionsOrDefault(), testMethod)
            : base.CreateTestCase(discoveryOptions, testMethod, factAttribute);
}

public sealed class ContractTheoryDiscoverer(IMessageSink sink) : TheoryDiscoverer(sink)
{
    public override IEnumerable<IXunitTestCase> Discover(ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo theoryAttribute) =>
        NeedsPostgresAttribute.IsMissing(testMethod)
            ? [new SkippedContract(DiagnosticMessageSink, discoveryOptions.MethodDisplayOrDefault(), discoveryOptions.MethodDisplayOptionsOrDefault(), testMethod)]
            : base.Discover(discoveryOptions, testMethod, theoryAttribute);
}

internal sealed class SkippedContract : XunitTestCase
{
    [Obsolete("For the runner", error: true)]
    public SkippedContract() { }

    public SkippedContract(IMessageSink sink, TestMethodDisplay display, TestMethodDisplayOptions options, ITestMethod method) : base(sink, display, options, method) { }

    protected override string GetSkipReason(IAttributeInfo factAttribute) => PostgresFactAttribute.Reason!;
}
