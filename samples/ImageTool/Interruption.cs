using System.Runtime.InteropServices;

namespace ImageTool;

/// <summary>
/// Ends the tool as a Unix tool ends: SIGINT (Ctrl-C) with 130, SIGTERM with 143, SIGHUP with 129. The verb is asked to stop and to clean
/// up; one that cannot, because it
/// waits in the kernel (a pipe without a reader), is left after a while, and at once by a second signal.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly (PosixSignal Signal, int Code)[] Codes =
        [(PosixSignal.SIGINT, 130), (PosixSignal.SIGTERM, 143), (PosixSignal.SIGHUP, 129)];

    private readonly CancellationTokenSource _source = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private ITimer? _timer;

    public Interruption()
    {
        foreach (var (signal, code) in Codes) _registrations.Add(PosixSignalRegistration.Create(signal, context => Stop(context, code)));
    }

    public CancellationToken Token => _source.Token;

    /// <summary>What the tool ends with; null if no signal came.</summary>
    public int? ExitCode { get; private set; }

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
        _timer?.Dispose();
        _source.Dispose();
    }

    private void Stop(PosixSignalContext context, int code)
    {
        context.Cancel = true;
        if (ExitCode is not null) Environment.Exit(ExitCode.Value);
        ExitCode = code;
        _timer = TimeProvider.System.CreateTimer(_ => Environment.Exit(code), null, Patience, Timeout.InfiniteTimeSpan);
        _source.Cancel();
    }
}
