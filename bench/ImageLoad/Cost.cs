namespace ImageLoad;

/// <summary>What one run took.</summary>
/// <param name="Elapsed">On the clock.</param>
/// <param name="Processors">Of all processors together.</param>
internal readonly record struct Cost(TimeSpan Elapsed, TimeSpan Processors)
{
    public static Cost operator +(Cost left, Cost right) => new(left.Elapsed + right.Elapsed, left.Processors + right.Processors);
}
