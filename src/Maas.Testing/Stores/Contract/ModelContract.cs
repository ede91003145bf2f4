using Maas.Core.Stores;

namespace Maas.Testing.Stores.Contract;

internal sealed class ModelContract : StoreCases
{
    private const int Seed = 20261123;
    private const int Steps = 600;

    protected override StoreLimits Limits => StoreOperation.Limits;

    public async Task Random_operations_have_the_same_results_as_on_the_in_memory_store()
    {
        var random = new Random(Seed);
        StoreOperation[] operations =
        [
            .. Enumerable.Range(0, Steps).Select(_ => new StoreOperation(
                random.Next(StoreOperation.Kinds), random.Next(StoreOperation.Values), random.Next(StoreOperation.Values))),
        ];
        await CompareAsync(Store, operations, Token).ConfigureAwait(false);
    }

    /// <summary>Runs operations on an open, empty store and on the in-memory store, and compares the result of each.</summary>
    public static async Task CompareAsync(IMaasStore store, IReadOnlyList<StoreOperation> operations, CancellationToken token)
    {
        var model = new InMemoryMaasStore();
        await using (model.ConfigureAwait(false))
        {
            await model.OpenAsync(StoreOperation.Limits, token).ConfigureAwait(false);
            var (modelText, storeText) = (ResultText.WithoutNumbers(), ResultText.WithoutNumbers());
            for (var step = 0; step < operations.Count; step++)
            {
                var expected = await operations[step].RunAsync(model, step, modelText, token).ConfigureAwait(false);
                var actual = await operations[step].RunAsync(store, step, storeText, token).ConfigureAwait(false);
                if (expected == actual) continue;
                throw new StoreContractException(
                    $"Step {step}, {operations[step]}, differs from the in-memory store.{Environment.NewLine}expected {expected}"
                    + $"{Environment.NewLine}but was  {actual}{Environment.NewLine}after    {string.Join(", ", operations.Take(step))}");
            }
        }
    }
}
