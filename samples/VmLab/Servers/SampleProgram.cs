namespace VmLab.Servers;

/// <summary>Another sample of this checkout: built beside this program, in the same configuration.</summary>
public static class SampleProgram
{
    /// <summary>The sample's program, for <c>dotnet</c> to run.</summary>
    /// <exception cref="FileNotFoundException">It is not built.</exception>
    public static string Find(string name)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        var output = $"bin/{folder.Parent?.Name}/{folder.Name}";
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Maas.sln"))) folder = folder.Parent;
        var program = Path.Combine(folder?.FullName ?? "/", "samples", name, output, $"{name}.dll");
        return File.Exists(program) ? program : throw new FileNotFoundException($"samples/{name} is not built.", program);
    }
}
