using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Maas.Core.Nodes;

namespace Maas.Testing.Stores.Contract;

/// <summary>Checks of the contract cases. They depend on no test framework.</summary>
internal static class Expect
{
    public static void True(
        [DoesNotReturnIf(false)] bool condition, string what, [CallerArgumentExpression(nameof(condition))] string expression = "")
    {
        if (!condition) throw new StoreContractException($"{what}. Expected: {expression}");
    }

    public static void Equal<T>(T expected, T actual, [CallerArgumentExpression(nameof(actual))] string expression = "")
    {
        var (wanted, got) = (ResultText.Of(expected), ResultText.Of(actual));
        if (wanted != got)
            throw new StoreContractException($"{expression}{Environment.NewLine}expected {wanted}{Environment.NewLine}but was  {got}");
    }

    public static void Sequence<T>(
        IEnumerable<T> expected, IEnumerable<T> actual, [CallerArgumentExpression(nameof(actual))] string expression = "") =>
        Equal<object>(expected, actual, expression);

    public static T NotNull<T>([NotNull] T? value, [CallerArgumentExpression(nameof(value))] string expression = "") where T : class =>
        value ?? throw new StoreContractException($"{expression} is null");

    public static T Is<T>(object? value, [CallerArgumentExpression(nameof(value))] string expression = "") =>
        value is T wanted ? wanted
        : throw new StoreContractException($"{expression}: expected {typeof(T).Name}, but was {ResultText.Of(value)}");

    public static async Task<T> ThrowsAsync<T>(Func<Task> action, string what) where T : Exception
    {
        try
        {
            await action().ConfigureAwait(false);
        }
        catch (T expected)
        {
            return expected;
        }

        throw new StoreContractException($"{what}: expected {typeof(T).Name}, but nothing was thrown");
    }

    public static Machine Saved(SaveResult result) => Is<SaveResult.Saved>(result).Machines is [var machine] ? machine
        : throw new StoreContractException("Expected one saved machine.");
}
