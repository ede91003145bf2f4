using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Maas.Judges;

/// <summary>A program that runs <c>MaasServer --demo</c>, started and ended as its users do.</summary>
public sealed partial class Demonstration : IAsyncDisposable
{
    /// <summary>How long the program may take to end.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;

    private Demonstration(Process process, Uri signInLink, string keyFile) =>
        (_process, SignInLink, KeyFile) = (process, signInLink, keyFile);

    /// <summary>The link that signs the administrator in once.</summary>
    public Uri SignInLink { get; }

    /// <summary>The server's address, <c>http://127.0.0.1:PORT/MAAS/</c>.</summary>
    public Uri Server => new(SignInLink, "..");

    /// <summary>The file with the administrator's key, in the folder of all state.</summary>
    public string KeyFile { get; }

    /// <summary>Starts a program of the samples, and reads what it says of itself.</summary>
    /// <param name="sample">The sample that contains the program.</param>
    /// <param name="arguments">Its arguments; it listens on a free port of loopback.</param>
    /// <exception cref="InvalidOperationException">The program has ended; the message is its standard error.</exception>
    public static Task<Demonstration> StartAsync(string sample, params IEnumerable<string> arguments)
    {
        var program = Path.Combine(Repository.Root, "samples", sample, "bin", Repository.Configuration, "net10.0", sample + ".dll");
        return StartProgramAsync("dotnet", [program, .. arguments]);
    }

    /// <summary>Starts a published program, and reads what it says of itself.</summary>
    /// <param name="program">Its path.</param>
    /// <param name="arguments">Its arguments; it listens on a free port of loopback.</param>
    /// <exception cref="InvalidOperationException">The program has ended; the message is its standard error.</exception>
    public static async Task<Demonstration> StartProgramAsync(string program, params IEnumerable<string> arguments)
    {
        var process = Judge.Start(program, [.. arguments, "--listen", "http://127.0.0.1:0"], Path.GetTempPath());
        Uri? link = null;
        var errors = process.StandardError.ReadToEndAsync();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (Link().Match(line) is { Success: true } found) link = new Uri(found.Value);
            if (Key().Match(line) is { Success: true } file && link is not null)
            {
                // Output that is not read would stop the program once the pipe is full.
                _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
                return new Demonstration(process, link, file.Value);
            }
        }

        using (process) throw new InvalidOperationException(await errors);
    }

    /// <summary>Ends the program as <c>kill</c> and service managers do, and waits for the end.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="TimeoutException">The program did not end within <see cref="Patience"/>; it was killed.</exception>
    /// <remarks>
    /// Not by SIGINT: a shell ignores that for what it starts in the background, programs inherit it, and the tests may themselves run so.
    /// </remarks>
    public async Task<int> StopAsync()
    {
        (await Judge.RunAsync("bash", ["-c", $"kill -TERM {_process.Id}"])).Approved();
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException stopped)
        {
            _process.Kill(entireProcessTree: true);
            throw new TimeoutException($"The demonstration did not end within {Patience}.", stopped);
        }

        return _process.ExitCode;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await StopAsync();
        _process.Dispose();
    }

    [GeneratedRegex(@"http://\S+token=[0-9a-f]+", RegexOptions.None, 60_000)]
    private static partial Regex Link();

    [GeneratedRegex(@"/\S+admin\.apikey", RegexOptions.None, 60_000)]
    private static partial Regex Key();
}
