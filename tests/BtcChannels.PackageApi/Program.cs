using System.Globalization;
using System.IO.Compression;
using BtcChannels.PackageApi;

// Packages that hold the API which NBitcoin's packages have, and NBXplorer's client, to compile against: PackageApi <folder "shared"> <folder for the packages>
if (args is not [var shared, var packages])
{
    Console.Error.WriteLine("usage: PackageApi <folder with nbitcoin/api.txt, nbitcoin/testframework-api.txt, nbitcoin/surface.md and nbxplorer/client-api.txt> <folder for the packages>");
    return 2;
}
var known = new KnownTypes();
var description = new DescribedApi(File.ReadLines(Path.Combine(shared, "nbitcoin/surface.md")));
Directory.CreateDirectory(packages);
Pack("NBitcoin", new Version(10, 0, 9), "nbitcoin/api.txt");
Pack("NBitcoin.TestFramework", new Version(5, 0, 2), "nbitcoin/testframework-api.txt");
Pack("NBXplorer.Client", new Version(5, 0, 6), "nbxplorer/client-api.txt");
return 0;

void Pack(string name, Version version, string list)
{
    var types = ListedType.Read(File.ReadLines(Path.Combine(shared, list)));
    known.Add(name, types);
    var assembly = new ReferenceAssembly(name, version, types, known, description);
    var file = Path.Combine(packages, name + ".dll");
    assembly.Write(file);
    using var package = ZipFile.Open(Path.Combine(packages, $"{name}.{version}.nupkg"), ZipArchiveMode.Create);
    package.CreateEntryFromFile(file, $"lib/net10.0/{name}.dll");
    using (var nuspec = new StreamWriter(package.CreateEntry($"{name}.nuspec").Open()))
        nuspec.Write($"""
            <package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd">
              <metadata><id>{name}</id><version>{version}</version><authors>generated</authors><description>The API of {name}, without code</description></metadata>
            </package>
            """);
    File.Delete(file);
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {types.Count} types, {types.Sum(type => type.Members.Count)} lines of members, {assembly.LeftOut.Count} left out that name other packages' types"));
}
