namespace Maas.Fuzz;

/// <summary>
/// A case threw, hung, or allocated too much. The message holds the input in hexadecimal: a line for the corpus, once it is mended.
/// </summary>
public sealed class FuzzFailureException(string message, Exception? cause) : Exception(message, cause)
{
    /// <summary>Describes a case.</summary>
    /// <param name="target">Which target.</param>
    /// <param name="seed">With which seed.</param>
    /// <param name="number">The how manieth case.</param>
    /// <param name="input">The input.</param>
    /// <param name="what">What happened.</param>
    /// <param name="cause">What was thrown; <see langword="null"/> when nothing was.</param>
    internal static FuzzFailureException Of(
        FuzzTarget target,
        ulong seed,
        long number,
        ReadOnlySpan<byte> input,
        string what,
        Exception? cause = null) =>
        new(
            $"{target.Name}: {what} (case {number:N0}, seed {seed}, {input.Length} octets)\n{Convert.ToHexStringLower(input)}\n{cause}",
            cause);
}
