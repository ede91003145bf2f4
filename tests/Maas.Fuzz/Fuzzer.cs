using System.Diagnostics;

namespace Maas.Fuzz;

/// <summary>
/// Runs a target with its seeds and with ever new changes of them. An input that reaches new branches becomes a parent of further ones,
/// where the target's assembly has been instrumented; else the seeds remain the only parents. A case that throws, hangs or allocates too
/// much fails the run.
/// </summary>
public sealed class Fuzzer(FuzzTarget target, ulong seed)
{
    // The map of 64 KiB is looked at once a batch; a batch that found something new is run again case by case.
    private const int Batch = 32;

    // The map is the process's: one run at a time, whatever the tests' runner would do side by side.
    private static readonly Lock Map = new();

    private readonly CoverageMap _coverage = new();
    private readonly List<byte[]> _parents = [];
    private readonly Mutator _mutator = new(seed, target);
    private readonly byte[][] _inputs = [.. Enumerable.Range(0, Batch).Select(_ => new byte[target.Longest])];
    private readonly int[] _lengths = new int[Batch];
    private long _number;
    private byte[] _current = [];
    private int _currentLength;
    private FuzzFailureException? _failure;

    /// <summary>
    /// How long a case may take; 10 s unless told otherwise, thousands of times what any does, since the machine may be busy.
    /// </summary>
    public TimeSpan LongestCase { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The seeds, and the inputs that reached new branches in the order they were found.</summary>
    public IReadOnlyList<byte[]> Found => _parents;

    /// <summary>How many pairs of branches have been reached.</summary>
    public int Edges => _coverage.Edges;

    /// <summary>How many cases have run.</summary>
    public long Cases => _number;

    /// <summary>Runs that many cases on a thread of its own, and watches it.</summary>
    /// <exception cref="FuzzFailureException">A case failed.</exception>
    public void Run(long cases)
    {
        lock (Map) RunAlone(cases);
    }

    private void RunAlone(long cases)
    {
        var thread = new Thread(() => RunHere(cases), maxStackSize: 1 << 20) { IsBackground = true, Name = $"fuzz {target.Name}" };
        thread.Start();
        var (last, since) = (-1L, Stopwatch.GetTimestamp());
        while (!thread.Join(TimeSpan.FromMilliseconds(100)))
        {
            var number = Volatile.Read(ref _number);
            if (number != last) (last, since) = (number, Stopwatch.GetTimestamp());
            else if (Stopwatch.GetElapsedTime(since) > LongestCase)
                throw FuzzFailureException.Of(
                    target, seed, number, _current.AsSpan(0, _currentLength), $"no end after {LongestCase.TotalSeconds} s");
        }

        if (_failure is not null) throw _failure;
    }

    private void RunHere(long cases)
    {
        try
        {
            // static constructors run in the first cases: what they reach is no finding
            foreach (var input in target.Seeds) Try(input, input.Length);
            CoverageMap.Clear();
            foreach (var input in target.Seeds) Judge(input);
            if (_parents.Count == 0) _parents.AddRange(target.Seeds.Take(1));
            while (_number < cases) RunBatch();
        }
        catch (FuzzFailureException e)
        {
            _failure = e;
        }
    }

    private void RunBatch()
    {
        for (var i = 0; i < Batch; i++)
        {
            var (parent, other) = (Pick(), Pick());
            _lengths[i] = _mutator.Mutate(parent, other, _inputs[i]);
            Try(_inputs[i], _lengths[i]);
        }

        if (!_coverage.HasNew()) return;
        _coverage.Keep();
        CoverageMap.Clear();
        for (var i = 0; i < Batch; i++) Judge(_inputs[i].AsSpan(0, _lengths[i]).ToArray());
        _coverage.LearnKept(); // what did not happen again depends on what ran before, and is no reason to try again
    }

    // Every second parent is one of those found last: what they reach is explored the least.
    private byte[] Pick() =>
        _parents[_mutator.Next(2) == 0 ? _mutator.Next(_parents.Count) : _parents.Count - 1 - _mutator.Next(Math.Min(16, _parents.Count))];

    private void Judge(byte[] input)
    {
        Try(input, input.Length);
        if (_coverage.HasNew())
        {
            _coverage.Learn();
            _parents.Add(input);
        }

        CoverageMap.Clear();
    }

    private void Try(byte[] input, int length)
    {
        (_current, _currentLength) = (input, length);
        Volatile.Write(ref _number, _number + 1);
        CoverageMap.Begin();
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            target.Case(input.AsSpan(0, length));
        }
#pragma warning disable CA1031 // whatever escapes is the finding
        catch (Exception e)
#pragma warning restore CA1031
        {
            throw FuzzFailureException.Of(target, seed, _number, input.AsSpan(0, length), "an exception escaped", e);
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        if (allocated > target.MostAllocated)
            throw FuzzFailureException.Of(target, seed, _number, input.AsSpan(0, length), $"{allocated:N0} octets were allocated");
    }
}
