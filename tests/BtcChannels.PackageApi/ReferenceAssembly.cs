using System.Globalization;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace BtcChannels.PackageApi;

/// <summary>Writes a list of public members as an assembly that can be compiled against: metadata without code, which no process can load.</summary>
internal sealed partial class ReferenceAssembly(string name, Version version, IReadOnlyList<ListedType> types, KnownTypes known, DescribedApi description)
{
    private readonly MetadataBuilder _metadata = new();
    private readonly Dictionary<string, AssemblyReferenceHandle> _assemblies = [];
    private readonly Dictionary<string, EntityHandle> _references = [];
    private readonly Dictionary<string, EntityHandle> _definitions = [];
    private readonly List<(EntityHandle Owner, int Index, string Name)> _typeParameters = [];
    private int _fields, _methods, _parameters, _properties;

    /// <summary>What the assembly lacks of the list, since it mentions types of other packages.</summary>
    public List<string> LeftOut { get; } = [];

    public void Write(string path)
    {
        _metadata.AddModule(0, Text(name + ".dll"), _metadata.GetOrAddGuid(Guid.Parse("6b0a6f3e-4b0a-4c4f-9d9e-7a4d8c1f2b35")), default, default);
        var assembly = _metadata.AddAssembly(Text(name), version, default, default, default, AssemblyHashAlgorithm.None);
        _metadata.AddTypeDefinition(default, default, Text("<Module>"), default, MetadataTokens.FieldDefinitionHandle(1), MetadataTokens.MethodDefinitionHandle(1));
        for (var i = 0; i < types.Count; i++) _definitions.Add(types[i].Name, MetadataTokens.TypeDefinitionHandle(i + 2));
        foreach (var type in types) AddType(type);
        foreach (var (owner, index, parameter) in _typeParameters.OrderBy(it => CodedIndex.TypeOrMethodDef(it.Owner)).ThenBy(it => it.Index))
            _metadata.AddGenericParameter(owner, GenericParameterAttributes.None, Text(parameter), index);
        AddAttribute(assembly, typeof(ReferenceAssemblyAttribute));
        AddAttribute(assembly, typeof(ExtensionAttribute));

        var image = new BlobBuilder();
        new ManagedPEBuilder(PEHeaderBuilder.CreateLibraryHeader(), new MetadataRootBuilder(_metadata), new BlobBuilder()).Serialize(image);
        using var file = File.Create(path);
        image.WriteContentTo(file);
    }

    private void AddType(ListedType type)
    {
        var kind = type.Kind switch
        {
            "interface" => TypeAttributes.Interface | TypeAttributes.Abstract,
            "static class" => TypeAttributes.Abstract | TypeAttributes.Sealed,
            "struct" => TypeAttributes.Sealed | TypeAttributes.SequentialLayout,
            "enum" => TypeAttributes.Sealed,
            _ => type.Members.Any(member => member.StartsWith("ctor(", StringComparison.Ordinal)) ? default : TypeAttributes.Abstract,
        };
        var outer = type.Name.LastIndexOf('+');
        var dot = outer < 0 ? type.Name.LastIndexOf('.') : outer;
        var handle = _metadata.AddTypeDefinition(kind | (outer < 0 ? TypeAttributes.Public : TypeAttributes.NestedPublic), outer < 0 ? Text(type.Name[..dot]) : default, Text(type.Name[(dot + 1)..]),
            Base(type), MetadataTokens.FieldDefinitionHandle(_fields + 1), MetadataTokens.MethodDefinitionHandle(_methods + 1));
        if (outer >= 0) _metadata.AddNestedType(handle, (TypeDefinitionHandle)_definitions[type.Name[..outer]]);
        for (var i = 0; i < type.Parameters.Count; i++) _typeParameters.Add((handle, i, type.Parameters[i]));
        foreach (var implemented in type.Interfaces.Where(known.Knows).Select(it => Entity(TypeText.Parse(it), type, [])).OrderBy(CodedIndex.TypeDefOrRefOrSpec))
            _metadata.AddInterfaceImplementation(handle, implemented);
        if (HasExtensions(type)) AddAttribute(handle, typeof(ExtensionAttribute));
        if (type.Kind == "enum") AddValues(type, handle);
        else AddMembers(type, handle);
    }

    /// <summary>The nearest of a type's bases: none of the others derives from it.</summary>
    private EntityHandle Base(ListedType type)
    {
        if (type.Kind == "interface") return default;
        var bases = type.Bases.Where(known.Knows).Select(TypeText.Parse).ToList();
        var nearest = bases.Find(candidate => bases.TrueForAll(other => other == candidate || !Ancestors(other).Contains(candidate.Name)));
        return nearest is null ? Reference(type.Kind == "struct" ? "System.ValueType" : "System.Object") : Entity(nearest, type, []);
    }

    private IEnumerable<string> Ancestors(TypeText type)
    {
        if (known.Listed(type.Name) is { } listed) return listed.Bases.Select(it => TypeText.Parse(it).Name);
        List<string> all = [];
        for (var parent = known.Framework(type.Name)!.BaseType; parent is not null; parent = parent.BaseType) all.Add(parent.IsGenericType ? parent.GetGenericTypeDefinition().FullName! : parent.FullName!);
        return all;
    }

    private void AddValues(ListedType type, EntityHandle handle)
    {
        var code = Underlying(type);
        var value = new BlobBuilder();
        new BlobEncoder(value).Field().Type().PrimitiveType(code);
        AddField(FieldAttributes.Public | FieldAttributes.SpecialName | FieldAttributes.RTSpecialName, "value__", value);
        foreach (var (member, number) in type.Values)
        {
            var signature = new BlobBuilder();
            new BlobEncoder(signature).Field().Type().Type(handle, true);
            _metadata.AddConstant(AddField(FieldAttributes.Public | FieldAttributes.Static | FieldAttributes.Literal | FieldAttributes.HasDefault, member, signature), Number(code, number));
        }
    }

    // The lists do not tell; nothing but casts would, which compile either way.
    private static PrimitiveTypeCode Underlying(ListedType type) =>
        type.Values.Values.Any(value => value > uint.MaxValue) ? PrimitiveTypeCode.UInt64 : type.Values.Values.Any(value => value > int.MaxValue) ? PrimitiveTypeCode.UInt32 : PrimitiveTypeCode.Int32;

    private static object Number(PrimitiveTypeCode code, long value) => code switch
    {
        PrimitiveTypeCode.UInt64 => (ulong)value,
        PrimitiveTypeCode.UInt32 => (uint)value,
        _ => (int)value,
    };

    private void AddMembers(ListedType type, EntityHandle handle)
    {
        var inherited = type.Kind == "interface" ? [] : type.Bases.Where(known.Knows).SelectMany(it => LinesOf(TypeText.Parse(it))).ToHashSet(StringComparer.Ordinal);
        List<ListedMember> members = [];
        foreach (var line in type.Members.Where(line => line.StartsWith("ctor(", StringComparison.Ordinal) || !inherited.Contains(line)))
            if (ListedMember.Parse(line, type) is { } member)
            {
                if (member.Parameters.Select(parameter => parameter.Type).Append(member.Result).All(known.Knows)) members.Add(member);
                else LeftOut.Add($"{type.Text}.{line}");
            }
        foreach (var field in members.Where(member => member.Kind == "field"))
        {
            var signature = new BlobBuilder();
            Encode(new BlobEncoder(signature).Field().Type(), field.Result, type, []);
            if (description.Constants.TryGetValue($"{type.Name}.{field.Name}", out var value))
                _metadata.AddConstant(AddField(FieldAttributes.Public | FieldAttributes.Static | FieldAttributes.Literal | FieldAttributes.HasDefault, field.Name, signature), Constant(field.Result, value));
            else AddField(FieldAttributes.Public | (field.IsStatic ? FieldAttributes.Static | FieldAttributes.InitOnly : default), field.Name, signature);
        }
        foreach (var method in members.Where(member => member.Kind is "method" or "ctor")) AddMethod(type, method, method.Kind == "ctor" ? ".ctor" : method.Name);
        var first = true;
        foreach (var property in members.Where(member => member.Kind is "get" or "set").GroupBy(member => member.Name)) AddProperties(type, handle, [.. property], ref first);
    }

    private void AddProperties(ListedType type, EntityHandle handle, List<ListedMember> accessors, ref bool first)
    {
        var setter = accessors.Find(it => it.Kind == "set");
        // The list gives a setter without its index: that of the getter of the same type.
        var getters = accessors.Where(it => it.Kind == "get").ToList();
        foreach (var get in getters.Count > 0 ? getters : [setter! with { Kind = "none" }])
        {
            var signature = new BlobBuilder();
            new BlobEncoder(signature).PropertySignature(!get.IsStatic).Parameters(get.Parameters.Count, result => Encode(result.Type(), get.Result, type, []), parameters =>
            {
                foreach (var parameter in get.Parameters) Encode(parameters.AddParameter().Type(), parameter.Type, type, []);
            });
            var property = _metadata.AddProperty(PropertyAttributes.None, Text(get.Name), _metadata.GetOrAddBlob(signature));
            _properties++;
            if (first) _metadata.AddPropertyMap((TypeDefinitionHandle)handle, property);
            first = false;
            if (get.Kind == "get") _metadata.AddMethodSemantics(property, MethodSemanticsAttributes.Getter, AddMethod(type, get, "get_" + get.Name));
            if (setter is not null && setter.Result.ToString() == get.Result.ToString())
            {
                var value = new ListedParameter(setter.Result, false, false, null);
                var set = setter with { Parameters = [.. get.Parameters, value], Result = TypeText.Parse("System.Void") };
                _metadata.AddMethodSemantics(property, MethodSemanticsAttributes.Setter, AddMethod(type, set, "set_" + get.Name));
            }
            if (get.Parameters.Count > 0 && get.Name == "Item") AddAttribute(handle, typeof(DefaultMemberAttribute), "Item");
        }
    }

    private MethodDefinitionHandle AddMethod(ListedType type, ListedMember member, string methodName)
    {
        var attributes = MethodAttributes.Public | MethodAttributes.HideBySig | (member.IsStatic ? MethodAttributes.Static : default);
        if (methodName == ".ctor") attributes |= MethodAttributes.SpecialName | MethodAttributes.RTSpecialName;
        if (member.Kind is "get" or "set" || methodName.StartsWith("op_", StringComparison.Ordinal)) attributes |= MethodAttributes.SpecialName;
        if (type.Kind == "interface" && !member.IsStatic) attributes |= MethodAttributes.Abstract | MethodAttributes.Virtual | MethodAttributes.NewSlot;
        if (IsOfObject(member)) attributes |= MethodAttributes.Virtual;

        var signature = new BlobBuilder();
        new BlobEncoder(signature).MethodSignature(default, member.TypeParameters.Count, !member.IsStatic).Parameters(member.Parameters.Count, result =>
        {
            if (member.Result.Name == "System.Void") result.Void();
            else Encode(result.Type(member.Result.IsByRef), member.Result, type, member.TypeParameters);
        }, parameters =>
        {
            foreach (var parameter in member.Parameters) Encode(parameters.AddParameter().Type(parameter.Type.IsByRef), parameter.Type, type, member.TypeParameters);
        });
        var first = MetadataTokens.ParameterHandle(_parameters + 1);
        var described = description.Of(type.Name, methodName == ".ctor" ? "ctor" : methodName, member.Parameters.Select(parameter => parameter.Type));
        for (var i = 0; i < member.Parameters.Count; i++) AddParameter(member.Parameters[i], described?.ParameterNames[i] ?? string.Create(CultureInfo.InvariantCulture, $"unnamed{i}"), i + 1);
        var method = _metadata.AddMethodDefinition(attributes, MethodImplAttributes.IL, Text(methodName), _metadata.GetOrAddBlob(signature), -1, first);
        _methods++;
        for (var i = 0; i < member.TypeParameters.Count; i++) _typeParameters.Add((method, i, member.TypeParameters[i]));
        if (described is { IsObsolete: true }) AddAttribute(method, typeof(ObsoleteAttribute));
        if (HasExtensions(type) && member.Parameters.Count > 0) AddAttribute(method, typeof(ExtensionAttribute));
        return method;
    }

    // The lists do not tell "this"; by custom, all methods of a class that is named for its extensions have it.
    private static bool HasExtensions(ListedType type) => type.Kind == "static class" && type.Name.EndsWith("Extensions", StringComparison.Ordinal);

    private static bool IsOfObject(ListedMember member) =>
        (member.Name is "GetHashCode" or "ToString" && member.Parameters.Count == 0) || (member.Name == "Equals" && member.Parameters is [{ Type.Name: "System.Object" }]);

    private void AddParameter(ListedParameter parameter, string parameterName, int position)
    {
        var attributes = (parameter.IsOut ? ParameterAttributes.Out : default) | (parameter.Default is null ? default : ParameterAttributes.Optional);
        var hasDefault = parameter.Default is not (null or "default");
        var handle = _metadata.AddParameter(hasDefault ? attributes | ParameterAttributes.HasDefault : attributes, Text(parameterName), position);
        _parameters++;
        if (hasDefault) _metadata.AddConstant(handle, Constant(parameter.Type, parameter.Default!));
        if (parameter.IsParams) AddAttribute(handle, typeof(ParamArrayAttribute));
    }

    private object? Constant(TypeText type, string text)
    {
        if (text == "null") return null;
        if (type.Name == "System.Nullable`1") type = type.Arguments[0];
        if (known.Listed(type.Name) is { Kind: "enum" } listed) return Number(Underlying(listed), text.Split(", ").Aggregate(0L, (sum, flag) => sum | listed.Values[flag]));
        var framework = known.Framework(type.Name)!;
        if (framework.IsEnum) return Convert.ChangeType(Enum.Parse(framework, text), Enum.GetUnderlyingType(framework), CultureInfo.InvariantCulture);
        return text.StartsWith('"') ? text[1..^1] : Convert.ChangeType(text, framework, CultureInfo.InvariantCulture);
    }

    /// <summary>What a type has, as a list says it of one that derives from it.</summary>
    private IEnumerable<string> LinesOf(TypeText type)
    {
        var (lines, parameters) = known.Listed(type.Name) is { } listed
            ? (listed.Members, listed.Parameters)
            : ([.. PublicApi.MembersOf(known.Framework(type.Name)!)], [.. known.Framework(type.Name)!.GetGenericArguments().Select(it => it.Name)]);
        return type.Arguments.Count == 0 ? lines : lines.Select(line => Identifier().Replace(line, match =>
            parameters.ToList().IndexOf(match.Value) is var index and >= 0 ? Write(type.Arguments[index]) : match.Value));
    }

    private static string Write(TypeText type) =>
        type.Name + (type.Arguments.Count == 0 ? "" : $"[{string.Join(',', type.Arguments.Select(Write))}]") + string.Concat(Enumerable.Repeat("[]", type.Arrays)) + (type.IsByRef ? "&" : "");

    private FieldDefinitionHandle AddField(FieldAttributes attributes, string field, BlobBuilder signature)
    {
        _fields++;
        return _metadata.AddFieldDefinition(attributes, Text(field), _metadata.GetOrAddBlob(signature));
    }

    private void Encode(SignatureTypeEncoder encoder, TypeText type, ListedType owner, IReadOnlyList<string> methodParameters)
    {
        for (var i = 0; i < type.Arrays; i++) encoder = encoder.SZArray();
        if (methodParameters.ToList().IndexOf(type.Name) is var ofMethod and >= 0)
        {
            encoder.GenericMethodTypeParameter(ofMethod);
            return;
        }
        if (owner.Parameters.ToList().IndexOf(type.Name) is var ofType and >= 0)
        {
            encoder.GenericTypeParameter(ofType);
            return;
        }
        if (type.Arguments.Count > 0)
        {
            var arguments = encoder.GenericInstantiation(Reference(type.Name), type.Arguments.Count, known.IsValueType(type.Name));
            foreach (var argument in type.Arguments) Encode(arguments.AddArgument(), argument, owner, methodParameters);
        }
        else if (type.Name == "System.Object") encoder.Object();
        else if (type.Name == "System.String") encoder.String();
        else if (type.Name == "System.IntPtr") encoder.IntPtr();
        else if (type.Name == "System.UIntPtr") encoder.UIntPtr();
        else if (known.Framework(type.Name) is { IsPrimitive: true }) encoder.PrimitiveType(Enum.Parse<PrimitiveTypeCode>(type.Name["System.".Length..]));
        else encoder.Type(Reference(type.Name), known.IsValueType(type.Name));
    }

    /// <summary>A type where metadata wants a table's row: one with arguments has it for its signature.</summary>
    private EntityHandle Entity(TypeText type, ListedType owner, IReadOnlyList<string> methodParameters)
    {
        if (type.Arguments.Count == 0) return Reference(type.Name);
        var signature = new BlobBuilder();
        Encode(new BlobEncoder(signature).TypeSpecificationSignature(), type, owner, methodParameters);
        return _metadata.AddTypeSpecification(_metadata.GetOrAddBlob(signature));
    }

    private EntityHandle Reference(string type)
    {
        if (_definitions.TryGetValue(type, out var handle) || _references.TryGetValue(type, out handle)) return handle;
        var outer = type.LastIndexOf('+');
        var dot = outer < 0 ? type.LastIndexOf('.') : outer;
        return _references[type] = outer < 0
            ? _metadata.AddTypeReference(AssemblyReference(known.AssemblyOf(type)), Text(type[..dot]), Text(type[(dot + 1)..]))
            : _metadata.AddTypeReference(Reference(type[..outer]), default, Text(type[(dot + 1)..]));
    }

    private AssemblyReferenceHandle AssemblyReference(string assembly)
    {
        if (_assemblies.TryGetValue(assembly, out var handle)) return handle;
        var loaded = known.Framework("System.Object") is not null && assembly.StartsWith("System", StringComparison.Ordinal) ? Assembly.Load(assembly).GetName() : new AssemblyName(assembly) { Version = version };
        var token = loaded.GetPublicKeyToken() is { Length: > 0 } bytes ? _metadata.GetOrAddBlob(bytes) : default;
        return _assemblies[assembly] = _metadata.AddAssemblyReference(Text(assembly), loaded.Version!, default, token, default, default);
    }

    private void AddAttribute(EntityHandle parent, Type attribute, string? argument = null)
    {
        var signature = new BlobBuilder();
        new BlobEncoder(signature).MethodSignature(default, 0, true).Parameters(argument is null ? 0 : 1, result => result.Void(), parameters =>
        {
            if (argument is not null) parameters.AddParameter().Type().String();
        });
        var constructor = _metadata.AddMemberReference(Reference(attribute.FullName!), Text(".ctor"), _metadata.GetOrAddBlob(signature));
        var value = new BlobBuilder();
        value.WriteUInt16(1);
        if (argument is not null) value.WriteSerializedString(argument);
        value.WriteUInt16(0);
        _metadata.AddCustomAttribute(parent, constructor, _metadata.GetOrAddBlob(value));
    }

    private StringHandle Text(string text) => _metadata.GetOrAddString(text);

    [GeneratedRegex(@"(?<![\w.+`])[A-Z]\w*(?![\w.+`(])")]
    private static partial Regex Identifier();
}
