using System.Text;
using System.Text.RegularExpressions;

namespace VmLab.Processes;

/// <summary>
/// What a serial line or a program has printed so far, to be waited on. Terminal escapes are dropped: firmware paints
/// its text with them. Optionally copied to a file as it arrives.
/// </summary>
public sealed class ConsoleLog(TimeProvider timeProvider, string? file = null) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly StringBuilder _text = new();
    private readonly StreamWriter? _copy = file is null ? null : new StreamWriter(file, append: true) { AutoFlush = true };
    private TaskCompletionSource _grown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private EscapeState _escape;

    private enum EscapeState { None, Started, Sequence }

    /// <summary>How much there is: a place to wait from, so that an earlier boot's text does not answer.</summary>
    public int Position
    {
        get { lock (_gate) return _text.Length; }
    }

    public override string ToString()
    {
        lock (_gate) return _text.ToString();
    }

    /// <summary>The text from <paramref name="position"/> on.</summary>
    public string Since(int position)
    {
        lock (_gate) return _text.ToString(position, _text.Length - position);
    }

    public void Append(ReadOnlySpan<char> characters)
    {
        TaskCompletionSource waiters;
        lock (_gate)
        {
            var before = _text.Length;
            foreach (var character in characters) Add(character);
            _copy?.Write(_text.ToString(before, _text.Length - before));
            (waiters, _grown) = (_grown, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }
        waiters.SetResult();
    }

    /// <summary>Waits until <paramref name="pattern"/> matches somewhere after <paramref name="since"/>.</summary>
    /// <exception cref="TimeoutException">It did not in time; the message ends with the last lines.</exception>
    public async Task<Match> WaitForAsync(string pattern, TimeSpan timeout, int since = 0, CancellationToken cancellationToken = default)
    {
        var regex = new Regex(pattern, RegexOptions.Multiline | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(5));
        using var timer = new CancellationTokenSource(timeout, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        while (true)
        {
            Task more;
            string sofar;
            lock (_gate) (more, sofar) = (_grown.Task, _text.ToString(since, _text.Length - since));
            if (regex.Match(sofar) is { Success: true } match) return match;
            try
            {
                await more.WaitAsync(either.Token);
            }
            catch (OperationCanceledException cancelled) when (timer.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException(
                    $"No '{pattern}' within {timeout.TotalSeconds:0} s. The last lines:\n{LastLines(sofar, 40)}", cancelled);
            }
        }
    }

    public void Dispose() => _copy?.Dispose();

    private static string LastLines(string all, int count) => string.Join('\n', all.Split('\n').TakeLast(count));

    private void Add(char character)
    {
        // ECMA-48: ESC [ parameters final, or ESC and one character.
        switch (_escape)
        {
            case EscapeState.None when character == '\e':
                _escape = EscapeState.Started;
                return;
            case EscapeState.None:
                if (character is '\n' or '\t' or >= ' ') _text.Append(character);
                return;
            case EscapeState.Started:
                _escape = character == '[' ? EscapeState.Sequence : EscapeState.None;
                return;
            case EscapeState.Sequence:
                if (character is >= '@' and <= '~') _escape = EscapeState.None;
                return;
        }
    }
}
