using System.Diagnostics;
using System.Text;

namespace VmLab.Processes;

/// <summary>A long-running program whose output is watched: QEMU, a server, a BMC simulator.</summary>
public sealed class LabProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task _reading;

    private LabProcess(Process process, ConsoleLog console)
    {
        _process = process;
        Console = console;
        _reading = Task.WhenAll(CopyAsync(process.StandardOutput.BaseStream), CopyAsync(process.StandardError.BaseStream));
    }

    public ConsoleLog Console { get; }

    public int Id => _process.Id;

    public bool IsRunning => !_process.HasExited;

    public static LabProcess Start(ProcessStartInfo start, ConsoleLog console)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        var started = Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start");
        return new LabProcess(started, console);
    }

    /// <summary>Types on the program's standard input, which for QEMU is the machine's serial line.</summary>
    public async Task TypeAsync(string text, CancellationToken cancellationToken)
    {
        await _process.StandardInput.WriteAsync(text.AsMemory(), cancellationToken);
        await _process.StandardInput.FlushAsync(cancellationToken);
    }

    public async Task<int> WaitForExitAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        await _reading.WaitAsync(cancellationToken);
        return _process.ExitCode;
    }

    /// <summary>Asks the program to end with SIGTERM and returns its exit code.</summary>
    public async Task<int> StopAsync(CancellationToken cancellationToken)
    {
        if (IsRunning) await HostCommand.RunAsync("kill", ["-TERM", $"{Id}"], cancellationToken);
        return await WaitForExitAsync(cancellationToken);
    }

    /// <summary>Ends the program as a power cut would: SIGKILL.</summary>
    public async Task KillAsync()
    {
        if (IsRunning) _process.Kill(entireProcessTree: true);
        await WaitForExitAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private async Task CopyAsync(Stream output)
    {
        var decoder = Encoding.UTF8.GetDecoder();
        var bytes = new byte[4096];
        var characters = new char[Encoding.UTF8.GetMaxCharCount(bytes.Length)];
        while (await output.ReadAsync(bytes) is > 0 and var count)
            Console.Append(characters.AsSpan(0, decoder.GetChars(bytes, 0, count, characters, 0)));
    }
}
