using System.Diagnostics;

namespace SharedHosts;

/// <summary>A host in a process of its own: it says <c>ready</c>, begins when it reads a word, and prints what it did.</summary>
internal sealed class HostProcess : IDisposable
{
    private readonly Process _process;

    private HostProcess(Process process) => _process = process;

    /// <summary>Starts it, and returns when it is ready.</summary>
    public static async Task<HostProcess> StartAsync(IEnumerable<string> words)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, words) // this program has a path
        {
            RedirectStandardInput = true, RedirectStandardOutput = true,
        };
        var host = new HostProcess(Process.Start(start) ?? throw new InvalidOperationException("The host did not start."));
        if (await host.ReadAsync() is not "ready") throw new InvalidOperationException("The host is not ready.");
        return host;
    }

    /// <summary>Tells it a word.</summary>
    public Task SayAsync(string word) => _process.StandardInput.WriteLineAsync(word);

    /// <summary>A line that it prints; <see langword="null"/> at its end.</summary>
    public Task<string?> ReadAsync() => _process.StandardOutput.ReadLineAsync();

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
