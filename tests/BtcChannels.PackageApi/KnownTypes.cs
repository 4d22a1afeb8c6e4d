using System.Reflection;

namespace BtcChannels.PackageApi;

/// <summary>Where types are that a list only mentions: in the framework, or in a list read before.</summary>
internal sealed class KnownTypes
{
    private readonly Dictionary<string, (string Assembly, Type? Type)> _framework = [];
    private readonly Dictionary<string, (string Assembly, ListedType Type)> _listed = [];

    public KnownTypes()
    {
        // Compilers know the framework's types by the assemblies that pass them on, not by those that hold them.
        var folder = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        var names = Directory.GetFiles(folder, "System*.dll").Select(Path.GetFileNameWithoutExtension)
            .Where(name => !name!.StartsWith("System.Private.", StringComparison.Ordinal) && name is not "System");
        foreach (var assembly in names.Select(name => Assembly.Load(name!)).OrderBy(assembly => assembly.GetName().Name is not "System.Runtime").ThenBy(assembly => assembly.FullName, StringComparer.Ordinal))
            foreach (var type in assembly.GetExportedTypes().Concat(ForwardedTypes(assembly)))
                _framework.TryAdd(type.FullName!, (assembly.GetName().Name!, type));
    }

    private static IEnumerable<Type> ForwardedTypes(Assembly assembly)
    {
        try
        {
            return assembly.GetForwardedTypes();
        }
        catch (ReflectionTypeLoadException e)
        {
            // Some of the framework's pass on what only other packages bring.
            return e.Types.OfType<Type>();
        }
    }

    public void Add(string assembly, IEnumerable<ListedType> types)
    {
        foreach (var type in types) _listed.Add(type.Name, (assembly, type));
    }

    public ListedType? Listed(string name) => _listed.TryGetValue(name, out var found) ? found.Type : null;

    public Type? Framework(string name) => _framework.TryGetValue(name, out var found) ? found.Type : null;

    public string AssemblyOf(string name) => _listed.TryGetValue(name, out var listed) ? listed.Assembly : _framework[name].Assembly;

    public bool IsValueType(string name) => Listed(name)?.IsValueType ?? Framework(name)!.IsValueType;

    /// <summary>Whether all that a type's text names is known; packages that the package itself refers to are not.</summary>
    public bool Knows(TypeText type) => type.Names.All(name => ListedMember.IsParameter(name) || _listed.ContainsKey(name) || _framework.ContainsKey(name));

    public bool Knows(string type) => Knows(TypeText.Parse(type));
}
