using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Maas.Core.Stores;

namespace Maas.Api.Tests;

/// <summary>Counts the calls of a store's methods, each of which is one statement or a constant number of them.</summary>
internal sealed class StoreCalls
{
    private int _count;

    public int Count => _count;

    /// <summary>What each call throws; null for nothing.</summary>
    public Exception? Failure { get; set; }

    public IMaasStore Watch(IMaasStore store) => (IMaasStore)Proxy.Of(typeof(IMaasStore), store, this);

    [SuppressMessage("Performance", "CA1852", Justification = "DispatchProxy derives from it.")]
    internal class Proxy : DispatchProxy
    {
        private object _target = null!;
        private StoreCalls _calls = null!;

        public static object Of(Type type, object target, object calls)
        {
            var proxy = Create(type, typeof(Proxy));
            (((Proxy)proxy)._target, ((Proxy)proxy)._calls) = (target, (StoreCalls)calls);
            return proxy;
        }

        protected override object? Invoke(MethodInfo? method, object?[]? arguments)
        {
            if (_calls.Failure is { } failure && !method!.IsSpecialName) throw failure;
            var result = method!.Invoke(_target, arguments);
            if (method.IsSpecialName && method.ReturnType.IsInterface) return Of(method.ReturnType, result!, _calls);
            Interlocked.Increment(ref _calls._count);
            return result;
        }
    }
}
