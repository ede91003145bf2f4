using VmLab.Journeys;

namespace Maas.Journey.Tests.Lab;

/// <summary>A rack for one test. What happened goes to the test's output as it happens, and stays on disk when the test fails.</summary>
internal sealed class RackBench : IAsyncDisposable, IProgress<JourneyStep>
{
    private readonly ITestOutputHelper output;
    private readonly string folder;

    private RackBench(LabRack rack, string folder, ITestOutputHelper output) => (Rack, this.folder, this.output) = (rack, folder, output);

    public LabRack Rack { get; }

    public static async Task<RackBench> CreateAsync(ITestOutputHelper output)
    {
        var fresh = Directory.CreateTempSubdirectory("maas-journey-").FullName;
        return new RackBench(await LabRack.CreateAsync(fresh, TimeProvider.System, TestContext.Current.CancellationToken), fresh, output);
    }

    public void Report(JourneyStep value) => output.WriteLine($"{value.Machine,-6} {value.Reached,-10} after {value.Took.TotalSeconds:0} s");

    public async ValueTask DisposeAsync()
    {
        var failed = TestContext.Current.TestState is null || TestContext.Current.TestState.Result == TestResult.Failed;
        await Rack.DisposeAsync();
        Keep();
        Directory.Delete(folder, recursive: true);
        if (failed) output.WriteLine($"The consoles and the server's log are in {Logs}");
    }

    private static string Logs => Path.Combine(AppContext.BaseDirectory, "TestResults", "journeys");

    private void Keep()
    {
        Directory.CreateDirectory(Logs);
        foreach (var log in Directory.EnumerateFiles(folder).Where(file => file.EndsWith(".console", StringComparison.Ordinal) || file.EndsWith(".log", StringComparison.Ordinal)))
            File.Copy(log, Path.Combine(Logs, Path.GetFileName(log)), overwrite: true);
    }
}
