using System.Runtime.ExceptionServices;
using CsCheck;
using Xunit.Sdk;

namespace Maas;

/// <summary>
/// Property samples in which a skip stays a skip. CsCheck reports every exception of a sample as a counterexample, so that a test whose
/// judge is not installed would fail. These methods hide CsCheck's from every test: their namespace encloses the tests' namespaces, and
/// C# searches it before the imports.
/// </summary>
public static class SampleExtensions
{
    public static void Sample<T>(this Gen<T> gen, Action<T> property,
        string? seed = null, long iter = -1, int time = -1, int threads = -1) =>
        Skip.Over(skip => Check.Sample(gen, sample => skip.Run(() => property(sample)), null, seed, iter, time, threads));

    public static void Sample<T>(this Gen<T> gen, Func<T, bool> property,
        string? seed = null, long iter = -1, int time = -1, int threads = -1) =>
        Skip.Over(skip => Check.Sample(gen, sample => skip.Run(() => property(sample)), null, seed, iter, time, threads));

    public static Task SampleAsync<T>(this Gen<T> gen, Func<T, Task> property,
        string? seed = null, long iter = -1, int time = -1, int threads = -1) =>
        Skip.OverAsync(skip => Check.SampleAsync(gen, sample => skip.RunAsync(() => property(sample)), null, seed, iter, time, threads));

    public static Task SampleAsync<T>(this Gen<T> gen, Func<T, Task<bool>> property,
        string? seed = null, long iter = -1, int time = -1, int threads = -1) =>
        Skip.OverAsync(skip => Check.SampleAsync(gen, sample => skip.RunAsync(() => property(sample)), null, seed, iter, time, threads));

    public static void Sample<T1, T2>(this Gen<(T1, T2)> gen, Action<T1, T2> property,
        string? seed = null, long iter = -1, int time = -1, int threads = -1) =>
        Skip.Over(skip =>
            Check.Sample(gen, sample => skip.Run(() => property(sample.Item1, sample.Item2)), null, seed, iter, time, threads));

    public static void Sample<T1, T2>(this Gen<(T1, T2)> gen, Func<T1, T2, bool> property,
        string? seed = null, long iter = -1, int time = -1, int threads = -1) =>
        Skip.Over(skip =>
            Check.Sample(gen, sample => skip.Run(() => property(sample.Item1, sample.Item2)), null, seed, iter, time, threads));

    public static Task SampleAsync<T1, T2>(this Gen<(T1, T2)> gen, Func<T1, T2, Task> property,
        string? seed = null, long iter = -1, int time = -1, int threads = -1) =>
        Skip.OverAsync(skip =>
            Check.SampleAsync(gen, sample => skip.RunAsync(() => property(sample.Item1, sample.Item2)), null, seed, iter, time, threads));

    public static Task SampleAsync<T1, T2>(this Gen<(T1, T2)> gen, Func<T1, T2, Task<bool>> property,
        string? seed = null, long iter = -1, int time = -1, int threads = -1) =>
        Skip.OverAsync(skip =>
            Check.SampleAsync(gen, sample => skip.RunAsync(() => property(sample.Item1, sample.Item2)), null, seed, iter, time, threads));

    public static void Sample<T1, T2, T3>(this Gen<(T1, T2, T3)> gen, Action<T1, T2, T3> property,
        string? seed = null, long iter = -1, int time = -1, int threads = -1) =>
        Skip.Over(skip =>
            Check.Sample(gen, it => skip.Run(() => property(it.Item1, it.Item2, it.Item3)), null, seed, iter, time, threads));

    public static void Sample<T1, T2, T3>(this Gen<(T1, T2, T3)> gen, Func<T1, T2, T3, bool> property,
        string? seed = null, long iter = -1, int time = -1, int threads = -1) =>
        Skip.Over(skip =>
            Check.Sample(gen, it => skip.Run(() => property(it.Item1, it.Item2, it.Item3)), null, seed, iter, time, threads));

    public static Task SampleAsync<T1, T2, T3>(this Gen<(T1, T2, T3)> gen, Func<T1, T2, T3, Task> property,
        string? seed = null, long iter = -1, int time = -1, int threads = -1) =>
        Skip.OverAsync(skip =>
            Check.SampleAsync(gen, it => skip.RunAsync(() => property(it.Item1, it.Item2, it.Item3)), null, seed, iter, time, threads));

    public static Task SampleAsync<T1, T2, T3>(this Gen<(T1, T2, T3)> gen, Func<T1, T2, T3, Task<bool>> property,
        string? seed = null, long iter = -1, int time = -1, int threads = -1) =>
        Skip.OverAsync(skip =>
            Check.SampleAsync(gen, it => skip.RunAsync(() => property(it.Item1, it.Item2, it.Item3)), null, seed, iter, time, threads));

    public static void Sample<T1, T2, T3, T4>(this Gen<(T1, T2, T3, T4)> gen, Action<T1, T2, T3, T4> property,
        string? seed = null, long iter = -1, int time = -1, int threads = -1) =>
        Skip.Over(skip =>
            Check.Sample(gen, it => skip.Run(() => property(it.Item1, it.Item2, it.Item3, it.Item4)), null, seed, iter, time, threads));

    public static void Sample<T1, T2, T3, T4>(this Gen<(T1, T2, T3, T4)> gen, Func<T1, T2, T3, T4, bool> property,
        string? seed = null, long iter = -1, int time = -1, int threads = -1) =>
        Skip.Over(skip =>
            Check.Sample(gen, it => skip.Run(() => property(it.Item1, it.Item2, it.Item3, it.Item4)), null, seed, iter, time, threads));

    public static Task SampleAsync<T1, T2, T3, T4>(this Gen<(T1, T2, T3, T4)> gen, Func<T1, T2, T3, T4, Task> property,
        string? seed = null, long iter = -1, int time = -1, int threads = -1) =>
        Skip.OverAsync(skip =>
            Check.SampleAsync(gen, it => skip.RunAsync(() =>
                property(it.Item1, it.Item2, it.Item3, it.Item4)), null, seed, iter, time, threads));

    public static void Sample<T1, T2, T3, T4, T5>(this Gen<(T1, T2, T3, T4, T5)> gen, Action<T1, T2, T3, T4, T5> property,
        string? seed = null, long iter = -1, int time = -1, int threads = -1) =>
        Skip.Over(skip =>
            Check.Sample(gen, it => skip.Run(() =>
                property(it.Item1, it.Item2, it.Item3, it.Item4, it.Item5)), null, seed, iter, time, threads));

    public static void Sample<T1, T2, T3, T4, T5>(this Gen<(T1, T2, T3, T4, T5)> gen, Func<T1, T2, T3, T4, T5, bool> property,
        string? seed = null, long iter = -1, int time = -1, int threads = -1) =>
        Skip.Over(skip =>
            Check.Sample(gen, it => skip.Run(() =>
                property(it.Item1, it.Item2, it.Item3, it.Item4, it.Item5)), null, seed, iter, time, threads));

    public static Task SampleAsync<T1, T2, T3, T4, T5>(this Gen<(T1, T2, T3, T4, T5)> gen, Func<T1, T2, T3, T4, T5, Task> property,
        string? seed = null, long iter = -1, int time = -1, int threads = -1) =>
        Skip.OverAsync(skip =>
            Check.SampleAsync(gen, it => skip.RunAsync(() =>
                property(it.Item1, it.Item2, it.Item3, it.Item4, it.Item5)), null, seed, iter, time, threads));

    public static void Sample<T1, T2, T3, T4, T5, T6>(this Gen<(T1, T2, T3, T4, T5, T6)> gen, Action<T1, T2, T3, T4, T5, T6> property,
        string? seed = null, long iter = -1, int time = -1, int threads = -1) =>
        Skip.Over(skip =>
            Check.Sample(gen, it => skip.Run(() =>
                property(it.Item1, it.Item2, it.Item3, it.Item4, it.Item5, it.Item6)), null, seed, iter, time, threads));

    public static void Sample<T1, T2, T3, T4, T5, T6>(this Gen<(T1, T2, T3, T4, T5, T6)> gen, Func<T1, T2, T3, T4, T5, T6, bool> property,
        string? seed = null, long iter = -1, int time = -1, int threads = -1) =>
        Skip.Over(skip =>
            Check.Sample(gen, it => skip.Run(() =>
                property(it.Item1, it.Item2, it.Item3, it.Item4, it.Item5, it.Item6)), null, seed, iter, time, threads));

    public static Task SampleAsync<T1, T2, T3, T4, T5, T6>(
        this Gen<(T1, T2, T3, T4, T5, T6)> gen, Func<T1, T2, T3, T4, T5, T6, Task> property,
        string? seed = null, long iter = -1, int time = -1, int threads = -1) =>
        Skip.OverAsync(skip =>
            Check.SampleAsync(gen, it => skip.RunAsync(() =>
                property(it.Item1, it.Item2, it.Item3, it.Item4, it.Item5, it.Item6)), null, seed, iter, time, threads));

    public static void Sample<T1, T2, T3, T4, T5, T6, T7>(
        this Gen<(T1, T2, T3, T4, T5, T6, T7)> gen, Action<T1, T2, T3, T4, T5, T6, T7> property,
        string? seed = null, long iter = -1, int time = -1, int threads = -1) =>
        Skip.Over(skip =>
            Check.Sample(gen, it => skip.Run(() =>
                property(it.Item1, it.Item2, it.Item3, it.Item4, it.Item5, it.Item6, it.Item7)), null, seed, iter, time, threads));

    public static void Sample<T1, T2, T3, T4, T5, T6, T7>(
        this Gen<(T1, T2, T3, T4, T5, T6, T7)> gen, Func<T1, T2, T3, T4, T5, T6, T7, bool> property,
        string? seed = null, long iter = -1, int time = -1, int threads = -1) =>
        Skip.Over(skip =>
            Check.Sample(gen, it => skip.Run(() =>
                property(it.Item1, it.Item2, it.Item3, it.Item4, it.Item5, it.Item6, it.Item7)), null, seed, iter, time, threads));

    public static Task SampleAsync<T1, T2, T3, T4, T5, T6, T7>(
        this Gen<(T1, T2, T3, T4, T5, T6, T7)> gen, Func<T1, T2, T3, T4, T5, T6, T7, Task> property,
        string? seed = null, long iter = -1, int time = -1, int threads = -1) =>
        Skip.OverAsync(skip =>
            Check.SampleAsync(gen, it => skip.RunAsync(() =>
                property(it.Item1, it.Item2, it.Item3, it.Item4, it.Item5, it.Item6, it.Item7)), null, seed, iter, time, threads));

    public static void Sample<T1, T2, T3, T4, T5, T6, T7, T8>(
        this Gen<(T1, T2, T3, T4, T5, T6, T7, T8)> gen, Action<T1, T2, T3, T4, T5, T6, T7, T8> property,
        string? seed = null, long iter = -1, int time = -1, int threads = -1) =>
        Skip.Over(skip =>
            Check.Sample(gen, it => skip.Run(() =>
                property(it.Item1, it.Item2, it.Item3, it.Item4, it.Item5, it.Item6, it.Item7, it.Item8)),
                null, seed, iter, time, threads));

    public static void Sample<T1, T2, T3, T4, T5, T6, T7, T8>(
        this Gen<(T1, T2, T3, T4, T5, T6, T7, T8)> gen, Func<T1, T2, T3, T4, T5, T6, T7, T8, bool> property,
        string? seed = null, long iter = -1, int time = -1, int threads = -1) =>
        Skip.Over(skip =>
            Check.Sample(gen, it => skip.Run(() =>
                property(it.Item1, it.Item2, it.Item3, it.Item4, it.Item5, it.Item6, it.Item7, it.Item8)),
                null, seed, iter, time, threads));

    public static Task SampleAsync<T1, T2, T3, T4, T5, T6, T7, T8>(
        this Gen<(T1, T2, T3, T4, T5, T6, T7, T8)> gen, Func<T1, T2, T3, T4, T5, T6, T7, T8, Task> property,
        string? seed = null, long iter = -1, int time = -1, int threads = -1) =>
        Skip.OverAsync(skip =>
            Check.SampleAsync(gen, it => skip.RunAsync(() =>
                property(it.Item1, it.Item2, it.Item3, it.Item4, it.Item5, it.Item6, it.Item7, it.Item8)),
                null, seed, iter, time, threads));

    /// <summary>The first skip of a sample; after it, the sample only counts to its end.</summary>
    private sealed class Skip
    {
        private Exception? _first;

        public static void Over(Action<Skip> sample)
        {
            var skip = new Skip();
            sample(skip);
            skip.Throw();
        }

        public static async Task OverAsync(Func<Skip, Task> sample)
        {
            var skip = new Skip();
            await sample(skip);
            skip.Throw();
        }

        public void Run(Action property) => Run(() =>
        {
            property();
            return true;
        });

        public bool Run(Func<bool> property)
        {
            try
            {
                return _first is not null || property();
            }
            catch (Exception e) when (Keep(e))
            {
                return true;
            }
        }

        public Task RunAsync(Func<Task> property) => RunAsync(async () =>
        {
            await property();
            return true;
        });

        public async Task<bool> RunAsync(Func<Task<bool>> property)
        {
            try
            {
                return _first is not null || await property();
            }
            catch (Exception e) when (Keep(e))
            {
                return true;
            }
        }

        private bool Keep(Exception thrown)
        {
            for (var cause = thrown; cause is not null; cause = cause.InnerException)
            {
                if (cause is not SkipException) continue;
                Interlocked.CompareExchange(ref _first, cause, null);
                return true;
            }

            return false;
        }

        private void Throw()
        {
            if (_first is not null) ExceptionDispatchInfo.Throw(_first);
        }
    }
}
