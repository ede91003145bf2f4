using VmLab.Journeys;
using VmLab.Servers;

namespace Maas.Journey.Tests.Lab;

/// <summary>A rack for one test. What happened goes to the test's output as it happens, and stays on disk when the test fails.</summary>
internal sealed class RackBench : IAsyncDisposable, IProgress<JourneyStep>
{
    private readonly ITestOutputHelper _output;
    private readonly string _name;
    private bool _keepsSupplies;

    private RackBench(LabRack rack, string name, ITestOutputHelper output) => (Rack, _name, _output) = (rack, name, output);

    public LabRack Rack { get; }

    /// <summary>Builds a rack; <paramref name="name"/> tells its logs from another's.</summary>
    public static async Task<RackBench> CreateAsync(string name, ITestOutputHelper output, ServerSetup? setup = null)
    {
        var bench = await CreateBareAsync(name, output, setup);
        BuiltSupplies.CopyTo(Path.Combine(bench.Rack.Folder, "data"));
        bench._keepsSupplies = true;
        return bench;
    }

    /// <summary>Builds a rack whose server makes its own supplies: they differ from the others', and are not kept for them.</summary>
    public static async Task<RackBench> CreateBareAsync(string name, ITestOutputHelper output, ServerSetup? setup = null)
    {
        var fresh = Directory.CreateTempSubdirectory("maas-journey-").FullName;
        return new RackBench(
            await LabRack.CreateAsync(fresh, TimeProvider.System, setup ?? new ServerSetup(), TestContext.Current.CancellationToken),
            name,
            output);
    }

    public void Report(JourneyStep value) =>
        _output.WriteLine($"{value.Machine,-6} {value.Reached,-10} after {value.Took.TotalSeconds:0} s");

    public async ValueTask DisposeAsync()
    {
        var failed = TestContext.Current.TestState is null || TestContext.Current.TestState.Result == TestResult.Failed;
        await Rack.DisposeAsync();
        Keep();
        if (_keepsSupplies) BuiltSupplies.KeepOf(Path.Combine(Rack.Folder, "data"));
        Directory.Delete(Rack.Folder, recursive: true);
        if (failed) _output.WriteLine($"The consoles and the server's log are in {Logs}");
    }

    private string Logs => Path.Combine(AppContext.BaseDirectory, "TestResults", "journeys", _name);

    private void Keep()
    {
        Directory.CreateDirectory(Logs);
        foreach (var log in Directory.EnumerateFiles(Rack.Folder)
            .Where(file => file.EndsWith(".console", StringComparison.Ordinal) || file.EndsWith(".log", StringComparison.Ordinal)))
            File.Copy(log, Path.Combine(Logs, Path.GetFileName(log)), overwrite: true);
    }
}
