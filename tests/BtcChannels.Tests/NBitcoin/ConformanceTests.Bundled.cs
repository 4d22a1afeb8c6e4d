using System.Globalization;
using System.Reflection;
using BtcChannels.PackageApi;

namespace BtcChannels.Tests.NBitcoinApi;

/// <summary>What compiles against the bundled assemblies compiles against the packages of the same names, to the same meaning.</summary>
public class ConformanceTests
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Assembly s_bitcoin = Assembly.Load("BtcChannels.NBitcoin");
    private static readonly Lazy<DescribedApi> s_description = new(() => new DescribedApi(File.ReadLines(SharedFolder.File("nbitcoin/surface.md"))));

    public static TheoryData<string, string> Assemblies => new()
    {
        { "BtcChannels.NBitcoin", "nbitcoin/api.txt" },
        { "BtcChannels.NBitcoin.TestFramework", "nbitcoin/testframework-api.txt" },
        { "BtcChannels.NBXplorer.Client", "nbxplorer/client-api.txt" },
    };

    [SharedTheory, MemberData(nameof(Assemblies))]
    public void Every_public_member_is_one_of_the_package(string assembly, string list)
    {
        var listed = File.ReadLines(SharedFolder.File(list)).ToHashSet(StringComparer.Ordinal);
        var lines = PublicApi.Lines(Assembly.Load(assembly));
        Assert.NotEmpty(lines);
        AssertNone(lines.Where(line => !listed.Contains(line)), $"Not in {list}");
    }

    [SharedTheory, MemberData(nameof(Assemblies))]
    public void A_type_derives_from_all_that_the_packages_does(string assembly, string list)
    {
        var lines = PublicApi.Lines(Assembly.Load(assembly)).ToHashSet(StringComparer.Ordinal);
        var types = Assembly.Load(assembly).GetExportedTypes().Select(type => type.ToString()).ToHashSet(StringComparer.Ordinal);
        var bases = File.ReadLines(SharedFolder.File(list)).Where(line => line.Split(" : base ") is [var type, _] && types.Contains(type)).ToList();
        Assert.NotEmpty(bases);
        AssertNone(bases.Where(line => !lines.Contains(line)), $"Only in {list}");
    }

    [SharedFact]
    public void Constants_are_constants_of_the_same_value()
    {
        var constants = s_bitcoin.GetExportedTypes().Where(type => !type.IsEnum).SelectMany(type => type.GetFields(Declared)).Where(field => field.IsStatic)
            .ToDictionary(field => $"{field.DeclaringType}.{field.Name}", field => field.IsLiteral ? Convert.ToString(field.GetRawConstantValue(), CultureInfo.InvariantCulture) : null);
        Assert.NotEmpty(constants);
        Assert.All(constants, ours => Assert.Equal(s_description.Value.Constants.GetValueOrDefault(ours.Key), ours.Value));
    }

    [SharedFact]
    public void Parameters_have_the_names_and_members_the_warnings_of_the_package()
    {
        List<string> others = [];
        var described = 0;
        foreach (var method in s_bitcoin.GetExportedTypes().SelectMany(type => type.GetMethods(Declared).Cast<MethodBase>().Concat(type.GetConstructors(Declared))))
        {
            var name = method.IsConstructor ? "ctor" : method.Name;
            if (s_description.Value.Of(method.DeclaringType!.ToString(), name, method.GetParameters().Select(it => TypeText.Parse(it.ParameterType.ToString()))) is not { } said) continue;
            described++;
            if (!method.GetParameters().Select(it => it.Name).SequenceEqual(said.ParameterNames))
                others.Add($"{method.DeclaringType}.{method}: {string.Join(", ", said.ParameterNames)}");
            if (method.IsDefined(typeof(ObsoleteAttribute)) != said.IsObsolete) others.Add($"{method.DeclaringType}.{method}: {(said.IsObsolete ? "obsolete" : "not obsolete")}");
        }
        Assert.True(described > 500, $"Only {described} are described");
        AssertNone(others, "Otherwise in surface.md");
    }

    [Fact]
    public void The_lines_say_kind_base_interfaces_members_and_defaults()
    {
        var lines = PublicApi.Lines(s_bitcoin);
        Assert.Contains("NBitcoin.Key : class", lines);
        Assert.Contains("NBitcoin.BitcoinSecret : base NBitcoin.Base58Data", lines);
        Assert.Contains("NBitcoin.BitcoinSecret : implements NBitcoin.IBitcoinString", lines);
        Assert.Contains("NBitcoin.BitcoinSecret.ToWif() -> System.String", lines);
        Assert.Contains("NBitcoin.Key.ctor(System.Byte[], System.Int32 = -1, System.Boolean = True)", lines);
        Assert.Contains("NBitcoin.Network.Parse<1>(System.String) -> T", lines);
        Assert.Contains("NBitcoin.Network.static get RegTest() -> NBitcoin.Network", lines);
        Assert.Contains("NBitcoin.PubKey.static TryCreatePubKey(System.Byte[], out NBitcoin.PubKey&) -> System.Boolean", lines);
        Assert.Contains("NBitcoin.SigHash.AnyoneCanPay = 128", lines);
        Assert.Contains("NBitcoin.Network.static Parse(System.String, NBitcoin.Network, System.Type = null) -> NBitcoin.IBitcoinString", lines);
        Assert.Contains("NBitcoin.TransactionSignature.static IsValid(System.Byte[], NBitcoin.ScriptVerify = StrictEnc, DerSig) -> System.Boolean", lines);
        Assert.Contains("NBitcoin.Script.ctor(params NBitcoin.Op[])", lines);
        Assert.Contains("NBitcoin.Money.static op_Implicit(System.Int64) -> NBitcoin.Money", lines);
        Assert.Contains("NBitcoin.LockTime : struct", lines);
        Assert.DoesNotContain(lines, line => line.Contains("NBitcoin.KeyPath.Hardened", StringComparison.Ordinal));
        Assert.Equal(lines.Order(StringComparer.Ordinal), lines);
    }

    private static void AssertNone(IEnumerable<string> lines, string what)
    {
        var all = lines.ToList();
        Assert.True(all.Count == 0, $"{what}:\n{string.Join('\n', all)}");
    }
}
