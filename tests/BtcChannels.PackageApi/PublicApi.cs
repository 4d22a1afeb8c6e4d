using System.Globalization;
using System.Reflection;

namespace BtcChannels.PackageApi;

/// <summary>An assembly's public members in the line format of the reference lists: what source code can name, inherited members included.</summary>
internal static class PublicApi
{
    private const BindingFlags Members = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.FlattenHierarchy;

    public static IReadOnlyList<string> Lines(Assembly assembly) =>
        [.. assembly.GetExportedTypes().SelectMany(type => TypeLines(type).Concat(type.IsEnum ? EnumLines(type) : MemberLines(type))).Distinct().Order(StringComparer.Ordinal)];

    private static IEnumerable<string> TypeLines(Type type)
    {
        yield return $"{type} : {(type.IsEnum ? "enum" : type.IsInterface ? "interface" : type.IsValueType ? "struct" : type is { IsAbstract: true, IsSealed: true } ? "static class" : "class")}";
        for (var parent = type.BaseType; parent is not null && !IsRoot(parent); parent = parent.BaseType) yield return $"{type} : base {parent}";
        foreach (var implemented in type.GetInterfaces()) yield return $"{type} : implements {implemented}";
    }

    private static IEnumerable<string> EnumLines(Type type) =>
        Enum.GetNames(type).Select(name => $"{type}.{name} = {Convert.ChangeType(Enum.Parse(type, name), Enum.GetUnderlyingType(type), CultureInfo.InvariantCulture)}");

    private static IEnumerable<string> MemberLines(Type type) =>
        MembersOf(type).Select(line => $"{type}.{line}");

    /// <summary>What stands in a line behind the type's name.</summary>
    public static IEnumerable<string> MembersOf(Type type) =>
        type.GetMembers(Members).Where(member => !IsRoot(member.DeclaringType!)).SelectMany(Describe);

    private static IEnumerable<string> Describe(MemberInfo member) => member switch
    {
        ConstructorInfo constructor => [$"ctor({Parameters(constructor)})"],
        MethodInfo method when !method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal) =>
            [$"{Static(method.IsStatic)}{method.Name}{(method.IsGenericMethod ? $"<{method.GetGenericArguments().Length}>" : "")}({Parameters(method)}) -> {method.ReturnType}"],
        FieldInfo field => [$"{Static(field.IsStatic)}{field.Name} -> {field.FieldType}"],
        PropertyInfo property => Accessors(property),
        EventInfo raised => [$"event {raised.Name} -> {raised.EventHandlerType}"],
        _ => [],
    };

    private static IEnumerable<string> Accessors(PropertyInfo property)
    {
        if (property.GetMethod is { IsPublic: true } get) yield return $"{Static(get.IsStatic)}get {property.Name}({Parameters(get)}) -> {property.PropertyType}";
        if (property.SetMethod is { IsPublic: true } set) yield return $"{Static(set.IsStatic)}set {property.Name} <- {property.PropertyType}";
    }

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
        (parameter.IsOut ? "out " : "")
        + (parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "")
        + parameter.ParameterType
        + (parameter.IsOptional ? $" = {Default(parameter)}" : "")));

    private static string Default(ParameterInfo parameter) => !parameter.HasDefaultValue ? "default" : parameter.DefaultValue switch
    {
        null => "null",
        string text => $"\"{text}\"",
        var value => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string Static(bool isStatic) => isStatic ? "static " : "";

    private static bool IsRoot(Type type) => type == typeof(object) || type == typeof(ValueType);
}
