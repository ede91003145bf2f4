namespace VmLab.Servers;

/// <summary>Another sample: a part of this program, or built beside it in this checkout, in the same configuration.</summary>
public static class SampleProgram
{
    /// <summary>The sample's program, for <c>dotnet</c> to run.</summary>
    /// <exception cref="FileNotFoundException">It is not built.</exception>
    public static string Find(string name)
    {
        // Beside this program where it is a part of it (maas-net).
        var beside = Path.Combine(AppContext.BaseDirectory, $"{name}.dll");
        if (File.Exists(beside) && File.Exists(Path.ChangeExtension(beside, "runtimeconfig.json"))) return beside;
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        var output = $"bin/{folder.Parent?.Name}/{folder.Name}";
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Maas.sln"))) folder = folder.Parent;
        var program = Path.Combine(folder?.FullName ?? "/", "samples", name, output, $"{name}.dll");
        return File.Exists(program) ? program : throw new FileNotFoundException($"samples/{name} is not built.", program);
    }
}
