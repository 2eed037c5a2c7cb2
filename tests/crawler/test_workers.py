"""Work shared by processes: the order of results, and work begun ahead."""

from crawler.workers import WORTH_IT, Workers


def double(number: int) -> int:
    return 2 * number


def test_few_items_are_done_in_this_process():
    with Workers(double, int) as workers:
        workers.expect(WORTH_IT - 1)
        workers.begin([1, 2])
        assert workers.begun == ()
        assert list(workers.map([1, 2, 3])) == [2, 4, 6]


def test_results_keep_the_order_of_the_items():
    with Workers(double, int) as workers:
        workers.expect(WORTH_IT)
        workers.begin([7, 3])
        assert workers.begun == (7, 3)
        assert list(workers.map([3, *range(100), 7])) == [6, *range(0, 200, 2), 14]
        assert workers.begun == ()


def test_no_more_is_begun_than_there_is_room_for():
    with Workers(double, int) as workers:
        workers.expect(WORTH_IT)
        workers.begin(range(1000))
        assert 0 < len(workers.begun) < 100
