using System.Text;

namespace Maas.Testing.Controllers;

/// <summary>The serial port of a simulated machine. What it prints goes to the console that is open; without one it is lost.</summary>
public sealed class SimulatedSerialPort
{
    private readonly Lock _lock = new();
    private readonly StringBuilder _typed = new();
    private readonly Queue<byte> _printed = [];
    private TaskCompletionSource _hasPrinted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What was typed.</summary>
    public string Typed
    {
        get
        {
            lock (_lock) return _typed.ToString();
        }
    }

    /// <summary>How many breaks were sent.</summary>
    public int Breaks { get; private set; }

    /// <summary>Whether what is typed is printed; it is not.</summary>
    public bool Echoes { get; set; }

    /// <summary>Prints a text.</summary>
    public void Print(string text)
    {
        lock (_lock)
        {
            foreach (var value in Encoding.UTF8.GetBytes(text)) _printed.Enqueue(value);
            _hasPrinted.TrySetResult();
        }
    }

    internal void Type(ReadOnlySpan<byte> characters)
    {
        var text = Encoding.UTF8.GetString(characters);
        lock (_lock) _typed.Append(text);
        if (Echoes) Print(text);
    }

    internal void Break() => Breaks++;

    internal Task WaitToPrintAsync(CancellationToken cancellationToken)
    {
        lock (_lock) return _hasPrinted.Task.WaitAsync(cancellationToken);
    }

    internal byte[] Take(int most)
    {
        lock (_lock)
        {
            var taken = new byte[Math.Min(most, _printed.Count)];
            for (var i = 0; i < taken.Length; i++) taken[i] = _printed.Dequeue();
            return taken;
        }
    }

    /// <summary>Waits for more to be printed, or, if there is a rest, not at all.</summary>
    internal void Rearm()
    {
        lock (_lock)
            if (_printed.Count == 0 && _hasPrinted.Task.IsCompleted) _hasPrinted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Waits, although there may be a rest, until it is allowed to print again.</summary>
    internal void Hold()
    {
        lock (_lock) _hasPrinted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Allows a rest to be printed.</summary>
    internal void Resume()
    {
        lock (_lock)
            if (_printed.Count > 0) _hasPrinted.TrySetResult();
    }
}
