import time, pytest, cProfile, pstats
from home.demo import load
from home.offices import set_up
@pytest.mark.django_db
def test_t():
    import logging; logging.disable(logging.INFO)
    set_up(); t=time.process_time(); w=time.perf_counter()
    p=cProfile.Profile(); p.enable(); load(report=print); p.disable()
    print("LOAD cpu %.2f wall %.2f"%(time.process_time()-t, time.perf_counter()-w))
    pstats.Stats(p).sort_stats("cumtime").print_stats(60)
